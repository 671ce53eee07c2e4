import { NEWEST } from '@meshspan/cli/config/versions.ts';
import { generateFiles } from '@meshspan/cli/generate/targets.ts';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { describeWithTools } from '../../tools/describe.ts';
import { checkEnvoyGatewayCrds, type EnvoyGatewayRelease } from '../../tools/envoy-gateway.ts';
import { fixture } from '../../tools/fixture.ts';
import { crdcheck } from '../../tools/tools.ts';
import { load } from '../envoy/generated.ts';

const GATEWAYS = `
proxies:
  - { kind: sidecar }
  - { kind: envoyGateway, name: public, namespace: shop }
  - { kind: envoyGateway, name: partners, namespace: shop }
  - { kind: envoyGateway, name: public, namespace: bank }
  - { kind: gateway, selector: { istio: ingressgateway }, namespace: istio-system }
`;
const IMAGE = 'oci://registry.example.com/meshspan/filter:0.1.0';

const LEAST = `name: least\n${GATEWAYS}filter: { image: '${IMAGE}' }\n`;
const EVERYTHING = `
name: everything
${GATEWAYS}
attributes:
  - { key: user.id, from: [{ header: x-user-id }], hash: { algorithm: hmac-sha256, keyEnv: HASH_KEY } }
  - { key: tenant.id, from: [{ header: x-tenant-id }], allow: [acme], to: { metric: true } }
  - { key: client, from: [{ header: x-client }], default: none }
  - { key: app.release, from: [{ literal: '100% blue' }] }
  - { key: app.zone, from: [{ env: ZONE }], default: nowhere }
spanName: ['GET /users/{id}']
sampling: { percent: 0.29, always: [{ when: { tenant.id: acme } }] }
propagation: [b3multi]
logs: { only: errors }
filter:
  image: '${IMAGE}'
  pullSecret: registry
  pullPolicy: Always
  native: [client]
  env: { HASH_KEY: { fromProxy: true }, ZONE: { fromProxy: true }, TEXT: text }
backends: { logs: otlp }
`;
const HTTP = `
name: by-http
${GATEWAYS}
filter: { image: 'https://files.example.com/meshspan.wasm', sha256: '${'a'.repeat(64)}' }
backends: { tracing: 'zipkin://10.0.0.1:9411' }
`;
const DATADOG = `name: dd\n${GATEWAYS}filter: { image: '${IMAGE}' }\nbackends: { tracing: 'datadog://agent.datadog.svc' }\n`;

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

function files(text: string, envoy: string): readonly { path: string; text: string }[] {
  return generateFiles(['envoy-gateway'], load(text), { ...NEWEST, envoy });
}

function resources(text: string, envoy: string): readonly Resource[] {
  return files(text, envoy).flatMap((file) =>
    parseAllDocuments(file.text).map((document) => document.toJS() as Resource),
  );
}

const RELEASES: readonly (readonly [EnvoyGatewayRelease, string])[] = [
  ['1.7.0', '1.36'],
  ['1.7.0', '1.37'],
  ['1.9.0', '1.39'],
];

await describeWithTools('Envoy Gateway', [crdcheck], () => {
  it.each(
    RELEASES.flatMap(([release, envoy]) =>
      Object.entries({ LEAST, EVERYTHING, HTTP, DATADOG }).map(([name, text]) => ({
        ...{ release, envoy, name, text },
      })),
    ),
  )('$release takes $name for Envoy $envoy', async ({ release, envoy, text }) => {
    const paths = await Promise.all(
      files(text, envoy).map(({ path, text }) => fixture(path.replace('/', '-'), text)),
    );
    expect(paths).toHaveLength(2);
    await checkEnvoyGatewayCrds(release, paths);
  });

  it.each([
    ['a field that it has not', 'failOpen', 'failOpened', /failOpened/],
    ['a target that it has not', 'kind: Gateway', 'kind: Service', /targetRefs/],
  ])('and refuses %s', async (_what, right, wrong, said) => {
    const [policy] = files(LEAST, '1.39').filter(({ path }) => path.includes('policy'));
    const path = await fixture('wrong.yaml', policy?.text.replace(`${right}`, wrong) ?? '');
    await expect(checkEnvoyGatewayCrds('1.9.0', [path])).rejects.toThrow(said);
  });
});

it('one policy and one proxy for each namespace, with its gateways that have a name', () => {
  const found = resources(LEAST, '1.39').map(({ kind, metadata, spec }) => [
    ...[kind, metadata.namespace],
    ((spec.targetRefs ?? []) as { name: string }[]).map(({ name }) => name),
  ]);
  expect(found).toEqual([
    ['EnvoyExtensionPolicy', 'shop', ['public', 'partners']],
    ['EnvoyExtensionPolicy', 'bank', ['public']],
    ['EnvoyProxy', 'shop', []],
    ['EnvoyProxy', 'bank', []],
  ]);
});

it('tags read filter state from Envoy 1.37 on, and private headers before', () => {
  const tracing = (envoy: string): unknown => {
    const proxy = resources(EVERYTHING, envoy).find(({ kind }) => kind === 'EnvoyProxy') as Resource;
    return (proxy.spec.telemetry as { tracing: unknown }).tracing;
  };
  expect(tracing('1.37')).toMatchObject({
    samplingFraction: { numerator: 29, denominator: 10_000 },
    tags: {
      'user.id': '%FILTER_STATE(wasm.meshspan.user.id:PLAIN)%',
      'app.release': '100%% blue',
    },
    customTags: {
      client: { type: 'RequestHeader', requestHeader: { name: 'x-client', defaultValue: 'none' } },
      'app.zone': { type: 'Environment', environment: { name: 'ZONE', defaultValue: 'nowhere' } },
    },
    spanName: { client: '%FILTER_STATE(wasm.meshspan.span_name:PLAIN)%' },
  });
  expect(tracing('1.36')).toMatchObject({
    customTags: { 'user.id': { type: 'RequestHeader', requestHeader: { name: 'x-meshspan-user.id' } } },
  });
  expect(tracing('1.36')).not.toHaveProperty('tags');
});

it('says what it cannot do, and refuses what would be silently lost', () => {
  const [proxy] = files(EVERYTHING, '1.39').filter(({ path }) => path.includes('proxy'));
  expect(proxy?.text).toMatch(/# - sampling.always has no effect/);
  expect(proxy?.text).toMatch(/# HASH_KEY, ZONE: set them in/);
  expect(files('name: none', '1.39')).toEqual([]);
  for (const backend of ['otlp+http://c', 'skywalking://oap']) {
    expect(() => files(`${LEAST}backends: { tracing: '${backend}' }`, '1.39')).toThrow(
      /MESHSPAN_ERR_UNSUPPORTED/,
    );
  }
  const late = `${LEAST}attributes: [{ key: a, from: [{ flags: true }] }]`;
  expect(() => files(late, '1.36')).toThrow(/MESHSPAN_ERR_UNSUPPORTED/);
  expect(() => files(`name: no-image\n${GATEWAYS}`, '1.39')).toThrow(/MESHSPAN_ERR_UNSUPPORTED/);
});
