import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture, fixtureFolder } from '../../tools/fixture.ts';
import { checkDashboards } from '../../tools/grafana.ts';
import { analyzeIstio, checkCrds, generateManifest, validateIstio } from '../../tools/istio.ts';
import { crdcheck, dashcheck, istioctl } from '../../tools/tools.ts';
import { writeTo } from '../istio/generated.ts';
import { generate, MESHES } from './meshes.ts';

/** What the resources refer to and meshspan does not write: the pods of the gateway. */
const around = (namespace: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: gateway, namespace: ${namespace}, labels: { istio: eastwestgateway } }
spec: { containers: [{ name: istio-proxy, image: proxy }] }
`;

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: unknown;
}

async function rendered(files: readonly string[]): Promise<readonly Resource[]> {
  return parseAllDocuments(await generateManifest(files)).flatMap((document) => {
    const resource = document.toJS() as Resource | null;
    return resource === null ? [] : [resource];
  });
}

await describeWithTools('Istio takes what is generated for several clusters', [istioctl, crdcheck], () => {
  it.each(Object.entries(MESHES))('%s', async (name, text) => {
    const files = generate(text);
    for (const cluster of ['eu', 'us']) {
      const own = files.filter(({ path }) => path.startsWith(`multicluster/${cluster}/`));
      const { resources } = await writeTo(await fixtureFolder(), own);
      const ofIstio = resources.filter((path) => !path.endsWith('namespace.yaml'));
      expect(ofIstio).toHaveLength(name === 'oneNetwork' ? 0 : 1);
      if (ofIstio.length > 0) {
        expect(await checkCrds(ofIstio)).toBe('');
        expect(await validateIstio(ofIstio)).toMatch(/is valid/);
      }
      const pods = await fixture('around.yaml', around(name === 'revision' ? 'mesh-system' : 'istio-system'));
      // The namespace has no label for injection here; a root namespace needs none.
      const found = await analyzeIstio([pods, ...resources]);
      expect(found.filter(({ code }) => code !== 'IST0102')).toEqual([]);
    }
  });

  it('istioctl install lays the file of a cluster over that of the target istio', async () => {
    const folder = await fixtureFolder();
    await writeTo(folder, generate(MESHES.networks, ['istio', 'multicluster']));
    const resources = await rendered([
      join(folder, 'istio/install/istio-operator.yaml'),
      join(folder, 'multicluster/us/install/istio-operator.yaml'),
    ]);
    const istiod = resources.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'istiod',
    );
    expect(JSON.stringify(istiod)).toContain('{"name":"CLUSTER_ID","value":"us"}');
    const { data } = resources.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'istio',
    ) as Resource;
    expect(parse(data.mesh as string)).toMatchObject({
      trustDomain: 'us.local',
      trustDomainAliases: ['cluster.local', 'asia.local'],
      defaultConfig: { meshId: 'shop' },
      extensionProviders: expect.arrayContaining([expect.objectContaining({ name: 'shop-tracing' })]),
    });
    const { data: values } = resources.find(
      ({ metadata }) => metadata.name === 'istio-sidecar-injector',
    ) as Resource;
    const { global } = JSON.parse(values.values as string) as { global: object };
    expect(global).toMatchObject({ network: 'us-net', multiCluster: { clusterName: 'us' } });
  });

  it('and makes an east-west gateway that istiod finds by its network', async () => {
    const folder = await fixtureFolder();
    await writeTo(folder, generate(MESHES.networks));
    const resources = await rendered([join(folder, 'multicluster/us/install/east-west-gateway.yaml')]);
    const { metadata, spec } = resources.find(({ kind }) => kind === 'Service') as Resource;
    expect(metadata.labels).toMatchObject({
      istio: 'eastwestgateway',
      'topology.istio.io/network': 'us-net',
    });
    expect(spec).toMatchObject({
      ports: expect.arrayContaining([expect.objectContaining({ port: 15_443 })]),
    });
    const deployment = resources.find(({ kind }) => kind === 'Deployment');
    expect(JSON.stringify(deployment)).toContain(
      '{"name":"ISTIO_META_REQUESTED_NETWORK_VIEW","value":"us-net"}',
    );
  });
});

function fileOf(text: string, name: string): string | undefined {
  return generate(text).find(({ path }) => path === `multicluster/${name}`)?.text;
}

describe('files for Grafana', () => {
  it('a data source for each Tempo of a cluster, and a dashboard that asks all, also the shared one', () => {
    const { datasources } = parse(fileOf(MESHES.networks, 'grafana-datasources.yaml') ?? '') as {
      datasources: object[];
    };
    expect(datasources).toEqual([
      expect.objectContaining({ type: 'tempo', uid: 'shop-tempo-eu', url: 'https://tempo.eu.example.com' }),
      expect.objectContaining({ type: 'tempo', uid: 'shop-tempo-us', url: 'https://tempo.us.example.com' }),
    ]);
    const { panels } = JSON.parse(fileOf(MESHES.networks, 'grafana-traces.json') ?? '') as {
      panels: { targets: { datasource: { uid: string } }[] }[];
    };
    expect(panels[0]?.targets.map(({ datasource }) => datasource.uid)).toEqual([
      'shop-tempo-eu',
      'shop-tempo-us',
      'shop-tempo',
    ]);
  });

  it('are none where all clusters share a Tempo', () => {
    expect(generate(MESHES.oneNetwork).filter(({ path }) => path.includes('grafana'))).toEqual([]);
  });
});

await describeWithTools("the dashboard by Grafana's schemas", [dashcheck], () => {
  it('is taken', async () => {
    const file = await fixture('traces.json', fileOf(MESHES.networks, 'grafana-traces.json') ?? '');
    await checkDashboards([file]);
  });
});

it('nothing is generated for a mesh of one cluster, which is said', () => {
  expect(() => generate('{}')).toThrow(/expected: the clusters of the mesh/);
});
