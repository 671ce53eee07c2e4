import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { toMesh } from '../../config/load.ts';
import { parseSource } from '../../config/source.ts';
import { NEWEST } from '../../config/versions.ts';
import { generateFiles } from '../targets.ts';

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly replicas?: number;
    readonly clusterIP?: string;
    readonly selector: object;
    readonly ports: readonly { readonly name: string; readonly port: number }[];
    readonly template: { readonly metadata: { readonly labels: object; readonly annotations: object } };
  };
}

function resources(text: string): Resource[] {
  const files = generateFiles(['collector'], toMesh(parseSource(text, 'meshspan.yaml')), NEWEST);
  const file = files.find(({ path }) => path === 'collector/kubernetes.yaml');
  return parseAllDocuments(file?.text ?? '').map((document) => document.toJS() as Resource);
}

function only(all: readonly Resource[], kind: string): Resource {
  const [first, ...rest] = all.filter((resource) => resource.kind === kind);
  if (first === undefined || rest.length > 0) throw new Error(`not one ${kind}`);
  return first;
}

describe('resources of the collector', () => {
  it('are one Deployment of one pod, and the Service that proxies send to, on their port', () => {
    const all = resources(
      'backends: { tracing: "zipkin://spans.tools:9999" }\ncollector: { namespace: tools }',
    );
    const service = only(all, 'Service');
    expect(service.metadata).toMatchObject({ name: 'spans', namespace: 'tools' });
    expect(service.spec.ports).toContainEqual(expect.objectContaining({ name: 'zipkin', port: 9999 }));
    expect(service.spec.ports).toContainEqual(expect.objectContaining({ name: 'otlp-grpc', port: 4317 }));
    const deployment = only(all, 'Deployment');
    expect(deployment.spec.replicas).toBe(1);
    expect(deployment.spec.template.metadata.labels).toMatchObject(service.spec.selector);
  });

  it('have a name of the mesh where proxies send elsewhere', () => {
    const all = resources('name: shop\nbackends: { tracing: "datadog://agent.datadog" }');
    expect(only(all, 'Service').metadata.name).toBe('shop-collector');
  });

  it('are two Deployments for two tiers, of which the second has an address for each pod', () => {
    const all = resources('name: shop\ncollector: { tiers: 2, replicas: 5 }');
    const deployments = all.filter(({ kind }) => kind === 'Deployment');
    expect(deployments.map(({ metadata }) => metadata.name)).toEqual(['shop-sampler', 'shop-load-balancer']);
    expect(deployments.map(({ spec }) => spec.replicas)).toEqual([5, 5]);
    const headless = all.filter(({ kind, spec }) => kind === 'Service' && spec.clusterIP === 'None');
    expect(headless.map(({ metadata }) => metadata.name)).toEqual(['shop-sampler']);
    expect(deployments[0]?.spec.template.metadata.labels).toMatchObject(
      headless[0]?.spec.selector ?? { none: 1 },
    );
  });

  it('make other pods when the configuration changes', () => {
    const hash = (percent: number): object =>
      only(resources(`collector: { keep: { percent: ${percent} } }`), 'Deployment').spec.template.metadata
        .annotations;
    expect(hash(1)).not.toEqual(hash(2));
    expect(hash(1)).toEqual(hash(1));
  });
});
