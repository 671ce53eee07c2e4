/** An A/B test by the values of an attribute: two subsets of one service, and routes by the attribute's header. */
import type { AttributeValues, Mesh, Rollout, Service } from '../../config/model.ts';
import { isIdentity } from '../../config/sources.ts';
import { FAULTED, nodeAttribute, traceQuery } from '../../plan/trace-query.ts';
import type { YamlDocument } from '../print.ts';
import { hostOf, metadata, serviceOf, upstreamCluster } from './service.ts';

const NETWORKING = 'networking.istio.io/v1';

export function abTest(mesh: Mesh, rollout: Rollout): YamlDocument[] {
  const service = serviceOf(mesh, rollout);
  return [destinationRule(mesh, rollout, service), virtualService(mesh, rollout, service)];
}

/** Subsets are named as the versions, so that upstream_cluster of a caller's span says which. */
function destinationRule(mesh: Mesh, { versions }: Rollout, service: Service): YamlDocument {
  const subsets = [versions.stable, versions.next].map((version) => ({ name: version, labels: { version } }));
  return {
    comment: `The versions of ${service.name}, by the label version of their pods. Istio takes one DestinationRule for a host.`,
    value: {
      ...{ apiVersion: NETWORKING, kind: 'DestinationRule', metadata: metadata(mesh, service) },
      spec: { host: hostOf(service), subsets },
    },
  };
}

function virtualService(mesh: Mesh, rollout: Rollout, service: Service): YamlDocument {
  const { versions, gateways, hosts, fault } = rollout;
  const by = rollout.by as AttributeValues;
  const to = (subset: string): object[] => [
    { destination: { host: hostOf(service), subset, port: { number: service.port } } },
  ];
  const header = headerOf(mesh, by);
  return {
    comment: findings(mesh, rollout, service),
    value: {
      ...{ apiVersion: NETWORKING, kind: 'VirtualService', metadata: metadata(mesh, service) },
      spec: {
        hosts: [hostOf(service), ...hosts],
        ...(gateways.length === 0 ? {} : { gateways: ['mesh', ...gateways] }),
        http: [
          {
            name: versions.next,
            match: by.values.map((exact) => ({ headers: { [header]: { exact } } })),
            ...(fault === undefined ? {} : { fault: faultOf(fault) }),
            route: to(versions.next),
          },
          { name: versions.stable, route: to(versions.stable) },
        ],
      },
    },
    comments: {
      'spec.http.0.match': trust(mesh, by, header),
      ...(fault === undefined
        ? {}
        : {
            'spec.http.0.fault':
              'For the new version only: its route alone has it. Callers see it as an answer of the service.',
          }),
    },
  };
}

function faultOf({ percent, delay, status }: NonNullable<Rollout['fault']>): object {
  const percentage = { value: percent };
  return {
    ...(delay === undefined ? {} : { delay: { percentage, fixedDelay: delay } }),
    ...(status === undefined ? {} : { abort: { percentage, httpStatus: status } }),
  };
}

/** A rule has seen to it that the attribute goes to a header. */
function headerOf({ attributes }: Mesh, { attribute }: AttributeValues): string {
  return attributes.find(({ key }) => key === attribute)?.to?.header?.toLowerCase() ?? attribute;
}

/** What the route by a header rests on, and who could choose it. */
function trust(mesh: Mesh, { attribute }: AttributeValues, header: string): string {
  const routing = `The filter writes ${header} (to.header of ${attribute}); a header that it changes has Envoy choose the route anew.`;
  const isGoverned =
    mesh.trust !== undefined && mesh.attributes.some((one) => one.key === attribute && isIdentity(one));
  return isGoverned
    ? `${routing}\nA stranger cannot choose: trust has the filter take his ${header} off, and then too the route is chosen anew.`
    : `${routing}\nWhoever sends ${header} chooses his version: to prevent it, make ${attribute} an identity attribute and set trust.`;
}

function findings(mesh: Mesh, { versions, fault }: Rollout, service: Service): string {
  const cluster = { upstream_cluster: upstreamCluster(service, versions.next) };
  const own = nodeAttribute(mesh, 'LABELS.version');
  const served =
    own === undefined
      ? { 'istio.canonical_service': service.name, 'istio.canonical_revision': versions.next }
      : { 'istio.canonical_service': service.name, [own]: versions.next };
  return [
    'Who gets which version. In traces (TraceQL) the new one is:',
    `  ${traceQuery(served)}    spans of its own proxies`,
    `  ${traceQuery(cluster)}    spans of its callers' proxies`,
    ...(fault === undefined ? [] : [`  ${traceQuery(cluster, FAULTED)}    requests with a fault`]),
  ].join('\n');
}
