import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { toMesh } from '../../config/load.ts';
import { parseSource } from '../../config/source.ts';
import { NEWEST } from '../../config/versions.ts';
import type { GeneratedFile } from '../target.ts';
import { generateFiles } from '../targets.ts';

const IMAGE = 'filter: { image: "oci://registry.example.com/meshspan/filter:0.1.0" }';

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The spec of a WasmPlugin, or of a TrafficExtension. */
interface Plugin {
  readonly wasm?: object;
  readonly pluginConfig?: object;
}

function files(text: string, istio = NEWEST.istio): readonly GeneratedFile[] {
  return generateFiles(['istio'], toMesh(parseSource(text, 'meshspan.yaml')), { ...NEWEST, istio });
}

function resources(text: string, istio?: string): readonly Resource[] {
  return files(text, istio)
    .filter(({ path }) => !path.includes('/install/'))
    .flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as Resource));
}

function placesOf(kind: string, text: string): string[] {
  const of = resources(text).filter((resource) => resource.kind === kind);
  return of.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

it.each([
  ['wasmPlugin', (spec: Plugin) => spec],
  ['trafficExtension', ({ wasm }: Plugin) => wasm],
])('strict reaches the filter by %s', (attach, pluginOf) => {
  const found = resources(`strict: true\nfilter: { attach: ${attach}, image: "oci://a/b:1" }`);
  const [plugin] = found.filter(({ kind }) => kind.toLowerCase() === attach.toLowerCase());
  expect(pluginOf(plugin?.spec as Plugin)).toMatchObject({ pluginConfig: { strict: true } });
});

describe('what Istio cannot do is refused', () => {
  it.each<readonly [string, string, string, string]>([
    ['no image', '1.31', 'name: a', 'filter.image'],
    [
      'a TrafficExtension before Istio 1.30',
      '1.29',
      'filter: { attach: trafficExtension, image: "oci://a/b:1" }',
      'filter.attach',
    ],
    [
      'a mark of sampling that no proxy samples by',
      '1.31',
      `${IMAGE}\nsampling: { always: [{ when: { tenant.id: a } }], header: x-mark }`,
      'sampling.header',
    ],
    ...['jaeger:4317', '10.0.0.1:4317'].map(
      (host) =>
        [
          `a collector that no Service can be: ${host}`,
          '1.31',
          `${IMAGE}\nbackends: { tracing: "otlp://${host}" }`,
          'backends.tracing',
        ] as const,
    ),
    [
      'logs by OTLP to what does not take it by gRPC',
      '1.31',
      `${IMAGE}\nbackends: { tracing: "otlp+http://otel.obs", logs: otlp }`,
      'backends.logs',
    ],
  ])('%s', (_what, istio, text, where) => {
    expect(() => files(text, istio)).toThrow(
      expect.objectContaining({ code: 'MESHSPAN_ERR_UNSUPPORTED', where: `meshspan.yaml: ${where}` }),
    );
  });
});

it('every provider that a Telemetry names is in the MeshConfig', () => {
  const all = files(`name: shop\n${IMAGE}\nlogs: { only: errors }`);
  const named = JSON.stringify(resources(`name: shop\n${IMAGE}\nlogs: { only: errors }`)).matchAll(
    /"providers":\[{"name":"([^"]+)"}]/g,
  );
  const mesh = all.find(({ path }) => path === 'istio/install/mesh-config.yaml')?.text ?? '';
  const names = [...named].map(([, name]) => name);
  expect(names).toEqual(['shop-tracing', 'shop-logs']);
  for (const name of names) expect(mesh).toContain(`- name: ${name}\n`);
});

it.each([
  ['otel.obs', 'otel.obs.svc.cluster.local'],
  ['otel.obs.svc', 'otel.obs.svc.cluster.local'],
  ['otel.obs.svc.cluster.local', 'otel.obs.svc.cluster.local'],
  ['collector.example.com', 'collector.example.com'],
])('the collector %s is looked up as %s', (host, service) => {
  const all = files(`${IMAGE}\nbackends: { tracing: "otlp://${host}" }`);
  expect(all.find(({ path }) => path.endsWith('mesh-config.yaml'))?.text).toContain(`service: ${service}\n`);
});

it('without anything for the filter to do there is no filter', () => {
  const text = 'attributes: [{ key: colour, from: [{ literal: blue }] }]';
  expect(placesOf('WasmPlugin', text)).toEqual([]);
  expect(placesOf('Telemetry', text)).toEqual(['istio-system/meshspan']);
});

describe('places', () => {
  it('what is for all sidecars reaches gateways too, and no waypoint', () => {
    const text = `${IMAGE}
proxies:
  - { kind: sidecar }
  - { kind: gateway, namespace: ingress, selector: { istio: ingressgateway } }
  - { kind: waypoint, namespace: shop, name: waypoint }`;
    expect(placesOf('WasmPlugin', text)).toEqual(['istio-system/meshspan', 'shop/meshspan-waypoint']);
    // A Telemetry for the waypoint would only repeat the other.
    expect(placesOf('Telemetry', text)).toEqual(['istio-system/meshspan']);
  });

  it('a gateway of another namespace gets its own, and names are unique in theirs', () => {
    const text = `${IMAGE}
proxies:
  - { kind: sidecar, namespace: shop }
  - { kind: sidecar, namespace: pay, selector: { app: web } }
  - { kind: sidecar, namespace: pay, selector: { app: api } }
  - { kind: gateway, namespace: edge, name: public }
  - { kind: gateway, namespace: shop, name: local }`;
    const places = ['shop/meshspan', 'pay/meshspan', 'pay/meshspan-2', 'edge/meshspan-public'];
    expect(placesOf('WasmPlugin', text)).toEqual(places);
    expect(placesOf('Telemetry', text)).toEqual(places);
  });

  it('the trace gate stands at gateways only', () => {
    const gate = resources(`${IMAGE}\npropagation: [b3, w3c]`).find(({ metadata }) =>
      metadata.name.endsWith('trace-gate'),
    );
    const patches = gate?.spec.configPatches as readonly { match: { context: string } }[];
    expect(patches.map(({ match }) => match.context)).toEqual(['GATEWAY']);
  });
});

it('says at the filter what it leaves to others: verification of claims, and identities where it is not', () => {
  const of = (text: string): string =>
    files(`${text}\n${IMAGE}`).find(({ path }) => path === 'istio/wasm-plugin.yaml')?.text ?? '';
  const claim = 'attributes: [{ key: user.id, from: [{ jwt: sub }] }]';
  expect(of(claim)).toMatch(/# Claims are verified by a RequestAuthentication[\s\S]*\n {2}phase: AUTHZ/);
  expect(of(claim)).not.toContain('do not authorise by headers');
  expect(of('trust: { identity: mesh }')).toMatch(/do not authorise by headers[^\n]*\n {2}failStrategy/);
  expect(of('trust: { identity: mesh }')).not.toContain('RequestAuthentication');
});
