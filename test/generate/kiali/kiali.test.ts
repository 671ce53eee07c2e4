import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { describeWithTools } from '../../tools/describe.ts';
import { moduleFolder } from '../../tools/go-tool.ts';
import { xdsd } from '../../tools/tools.ts';
import { generated, MESH_NAMES } from '../metrics/meshes.ts';
import { KIALI_SETTINGS } from './documented.ts';

interface Settings {
  readonly external_services: Readonly<Record<'prometheus' | 'grafana' | 'tracing', object>>;
  readonly kiali_feature_flags?: { readonly ui_defaults: object };
}

const check = new Ajv2020({
  strict: false,
  formats: { uri: (text: string) => URL.canParse(text) },
}).compile(KIALI_SETTINGS);

it.each(MESH_NAMES)(
  'of %s: only fields that Kiali documents, the same for operator and ConfigMap',
  async (mesh) => {
    const folder = await generated('kiali', mesh);
    const { spec, ...resource } = await read(folder, 'kiali.yaml');
    expect(resource).toEqual({
      ...{ apiVersion: 'kiali.io/v1alpha1', kind: 'Kiali' },
      metadata: { name: 'kiali', namespace: 'istio-system' },
    });
    expect(await read(folder, 'config.yaml')).toEqual(spec);
    expect(check(spec), JSON.stringify(check.errors)).toBe(true);
  },
);

it('Tempo: queries over HTTP, links to Grafana, metrics by attribute', async () => {
  const settings = await settingsOf(await generated('kiali', 'tenants'));
  expect(settings.external_services).toEqual({
    prometheus: { url: 'http://prometheus.observability:9090' },
    grafana: {
      ...{ enabled: true, external_url: 'http://grafana.observability:3000' },
      dashboards: [
        {
          name: 'shop: golden signals',
          variables: { namespace: 'var-namespace', workload: 'var-workload' },
        },
      ],
    },
    tracing: {
      ...{ enabled: true, provider: 'tempo', use_grpc: false },
      internal_url: 'http://tempo.observability:3200',
      external_url: 'http://grafana.observability:3000',
      tempo_config: { url_format: 'grafana' },
    },
  });
  const aggregations = [
    { display_name: 'tenant.id', label: 'tenant_id' },
    { display_name: 'cluster', label: 'cluster' },
  ];
  expect(settings.kiali_feature_flags?.ui_defaults).toEqual({
    metrics_inbound: { aggregations },
    metrics_outbound: { aggregations },
  });
});

it('Jaeger: queries over gRPC, links where its pages are known', async () => {
  const tracing = {
    enabled: true,
    provider: 'jaeger',
    internal_url: 'http://jaeger.tracing:16685',
    use_grpc: true,
  };
  expect((await settingsOf(await generated('kiali', 'gateways'))).external_services.tracing).toEqual(tracing);

  const text = `
backends: { traces: ['jaeger://jaeger.tracing'] }
metrics: { kiali: { tracesUrl: 'https://jaeger.example.com/jaeger', namespace: kiali } }
`;
  const folder = await generated('kiali', toMesh(parseSource(text, 'meshspan.yaml')));
  expect((await settingsOf(folder)).external_services.tracing).toEqual({
    ...tracing,
    external_url: 'https://jaeger.example.com/jaeger',
  });
  expect(await read(folder, 'kiali.yaml')).toMatchObject({ metadata: { namespace: 'kiali' } });
});

it('another backend: Kiali shows no traces, and the file says why', async () => {
  const mesh = toMesh(parseSource("backends: { traces: ['zipkin://zipkin.tracing'] }", 'meshspan.yaml'));
  const folder = await generated('kiali', mesh);
  expect((await settingsOf(folder)).external_services.tracing).toEqual({ enabled: false });
  expect(await readFile(join(folder, 'kiali.yaml'), 'utf8')).toContain(
    '# Kiali reads traces of Tempo and Jaeger only',
  );
});

it('the dashboard that Kiali asks for is the one that is generated, with these variables', async () => {
  const { grafana } = (await settingsOf(await generated('kiali', 'tenants'))).external_services as {
    grafana: { dashboards: { name: string; variables: object }[] };
  };
  const file = join(await generated('dashboards', 'tenants'), 'golden-signals.json');
  const { title, templating } = JSON.parse(await readFile(file, 'utf8')) as {
    title: string;
    templating: { list: { name: string }[] };
  };
  expect(grafana.dashboards[0]?.name).toBe(title);
  const names = templating.list.map(({ name }) => `var-${name}`);
  expect(names).toEqual(expect.arrayContaining(Object.values(grafana.dashboards[0]?.variables ?? {})));
});

// xdsd is not run: with it Istio's sources are in Go's module cache.
await describeWithTools("Istio's own Kiali", [xdsd], () => {
  it('has the same sections in its ConfigMap', async () => {
    const istio = await moduleFolder('istio', 'istio.io/istio');
    const documents = parseAllDocuments(await readFile(join(istio, 'samples/addons/kiali.yaml'), 'utf8'));
    const map = documents.map(
      (document) => document.toJS() as { kind?: string; data?: Record<string, string> },
    );
    const config = parse(
      map.find(({ kind }) => kind === 'ConfigMap')?.data?.['config.yaml'] ?? '',
    ) as Settings;
    const ours = await settingsOf(await generated('kiali', 'tenants'));
    expect(config.external_services.tracing).toHaveProperty('enabled');
    expect(Object.keys(config.external_services)).toEqual(expect.arrayContaining(['prometheus', 'tracing']));
    expect(Object.keys(config)).toEqual(expect.arrayContaining(Object.keys(ours)));
  });
});

async function settingsOf(folder: string): Promise<Settings> {
  return (await read(folder, 'config.yaml')) as unknown as Settings;
}

async function read(folder: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  return parse(await readFile(join(folder, file), 'utf8')) as Record<string, unknown>;
}
