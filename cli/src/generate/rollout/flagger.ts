/** Canary (flagger.app/v1beta1): Flagger shifts requests to the new version while its metrics are good. */

import { milliseconds } from '../../config/duration.ts';
import type { Mesh, Rollout, Service } from '../../config/model.ts';
import { nodeAttribute, traceQuery } from '../../plan/trace-query.ts';
import type { YamlDocument } from '../print.ts';
import { P99, SUCCESS_RATE, successRateBy, templateName } from './metric-templates.ts';
import { metadata, serviceOf, upstreamCluster } from './service.ts';

export function canary(mesh: Mesh, rollout: Rollout): YamlDocument[] {
  const service = serviceOf(mesh, rollout);
  const { gateways, hosts, strategy } = rollout;
  return [
    {
      comment: findings(mesh, service),
      value: {
        ...{ apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: metadata(mesh, service) },
        spec: {
          provider: 'istio',
          targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service.name },
          service: {
            ...{ port: service.port, targetPort: service.targetPort },
            // Flagger adds the service's own name.
            ...(gateways.length === 0 ? {} : { gateways: ['mesh', ...gateways], hosts }),
          },
          analysis: { ...pace(rollout), metrics: metrics(mesh, rollout, service) },
        },
      },
      comments: {
        'spec.service': `Flagger makes the Services ${service.name}, ${service.name}-primary and ${service.name}-canary, the VirtualService and the DestinationRules: leave your own away.`,
        ...(strategy === 'blueGreen' ? { 'spec.analysis.iterations': traffic(rollout, service) } : {}),
      },
    },
  ];
}

function pace({ strategy, analysis }: Rollout): object {
  const { interval, failures: threshold, stepWeight, maxWeight, iterations, mirror } = analysis;
  return strategy === 'canary'
    ? { interval, threshold, stepWeight, maxWeight }
    : { interval, threshold, iterations, ...(mirror ? { mirror } : {}) };
}

/** Without requests there is nothing to check, and Flagger waits and then goes back (scheduler_metrics.go). */
function traffic({ analysis: { mirror } }: Rollout, { name, port }: Service): string {
  return mirror
    ? 'Passed checks before all get the new version. Until then it gets copies of their requests; the copies are of the same traces.'
    : `Passed checks before all get the new version. Until then nobody's requests reach it: send test requests to ${name}-canary:${port}, or set analysis.mirror.`;
}

/** The thresholds are those of the alerts, so that what is rolled out does not wake anybody. */
function metrics(mesh: Mesh, { analysis: { interval }, watch }: Rollout, { namespace }: Service): object[] {
  const { errorPercent, p99 } = mesh.metrics.alerts;
  const ref = (template: string): object => ({ name: templateName(mesh, template), namespace });
  const enough = { thresholdRange: { min: 100 - errorPercent }, interval };
  return [
    { name: SUCCESS_RATE, templateRef: ref(SUCCESS_RATE), ...enough },
    { name: P99, templateRef: ref(P99), thresholdRange: { max: milliseconds(p99) }, interval },
    ...(watch?.values ?? []).map((value) => ({
      name: `${SUCCESS_RATE} ${value}`,
      templateRef: ref(successRateBy(watch?.attribute as string)),
      templateVariables: { value },
      ...enough,
    })),
  ];
}

function findings(mesh: Mesh, service: Service): string {
  const own = nodeAttribute(mesh, 'WORKLOAD_NAME');
  const callers = { upstream_cluster: upstreamCluster({ ...service, name: `${service.name}-canary` }) };
  return [
    `While it is checked, the new version is the Deployment ${service.name}, the old one ${service.name}-primary. In traces (TraceQL) the new one is:`,
    `  ${traceQuery(callers)}    spans of its callers' proxies`,
    own === undefined
      ? '  For spans of its own proxies: add an attribute with from: [{ node: WORKLOAD_NAME }], which costs a request nothing.'
      : `  ${traceQuery({ [own]: service.name })}    spans of its own proxies`,
  ].join('\n');
}
