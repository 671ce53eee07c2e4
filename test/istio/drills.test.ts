import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { get, newTrace } from '../e2e/client.ts';
import { describeWithTools } from '../tools/describe.ts';
import type { Agent } from './agent.ts';
import type { Span } from './collector.ts';
import { startLoad } from './load.ts';
import { type Mesh, type MeshOptions, startMesh } from './mesh.ts';
import { RELEASE } from './releases.ts';

const SPANS = 5;
const TOOLS = RELEASE.tools;

/** One order, and the spans of its trace. */
async function order(
  mesh: Mesh,
  headers: Readonly<Record<string, string>> = {},
): Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly spans: readonly Span[];
}> {
  const { traceId, traceparent } = newTrace();
  const { status, headers: answered } = await get(mesh.url, { host: mesh.host, traceparent, ...headers });
  return { status, headers: answered, spans: await mesh.collector.waitForTrace(traceId, SPANS) };
}

/** The values that an attribute has on the spans, each once; [] where none has it. */
function valuesOf(spans: readonly Span[], key: string, service?: string): unknown[] {
  const of = spans.filter((span) => service === undefined || span.service === service);
  const values = of.flatMap(({ attributes }) =>
    attributes.filter(([name]) => name === key).map(([, value]) => value),
  );
  return [...new Set(values)];
}

/** Asks again until what a change should bring is there: it is pushed, fetched and compiled in each proxy. */
function eventually(mesh: Mesh, of: (spans: readonly Span[]) => unknown, value: unknown): Promise<void> {
  return expect
    .poll(async () => of((await order(mesh)).spans), { timeout: 60_000, interval: 100 })
    .toEqual(value);
}

async function counter({ status }: Agent, name: string): Promise<number> {
  const text = await (await fetch(`${status}/stats/prometheus`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

await describeWithTools('what is changed while the mesh runs', TOOLS, () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh();
  });
  afterAll(() => mesh?.stop());

  /** The definition as changed, generated and served. */
  async function change(
    path: readonly (string | number)[],
    value: unknown,
    name: string,
  ): Promise<readonly string[]> {
    await mesh.definition.set(path, value);
    const { resources } = await mesh.definition.generate(name);
    await mesh.apply(resources);
    return resources;
  }

  it('a plugin that is updated under load: no request fails, and the new value comes', async () => {
    const load = startLoad(mesh.url, { host: mesh.host });
    onTestFinished(async () => void (await load.stop()));
    await change(['attributes', 0, 'default'], 'nobody', 'updated');
    await eventually(mesh, (spans) => valuesOf(spans, 'user.id'), ['nobody']);
    const { statuses, requests } = await load.stop();
    expect(Object.keys(statuses)).toEqual(['200']);
    expect(requests.length).toBeGreaterThan(50);
  });

  it('the control plane restarted: traffic goes on, and a later change arrives', async () => {
    const load = startLoad(mesh.url, { host: mesh.host });
    onTestFinished(async () => void (await load.stop()));
    await mesh.restart();
    await change(['attributes', 0, 'default'], 'again', 'after-restart');
    await eventually(mesh, (spans) => valuesOf(spans, 'user.id'), ['again']);
    expect(Object.keys((await load.stop()).statuses)).toEqual(['200']);
  });

  it('a mistake in the configuration: that attribute is left out and counted, the others work', async () => {
    // As an older meshspan, or a hand, would have written it: our own validate refuses it.
    const { resources, plugin } = await mesh.definition.generate('mistake');
    await writeFile(
      plugin,
      (await readFile(plugin, 'utf8')).replace('header: x-tenant-id', 'heeder: x-tenant-id'),
    );
    await mesh.apply(resources);
    await expect
      .poll(async () => valuesOf((await order(mesh, { 'x-tenant-id': 'acme' })).spans, 'tenant.id'), {
        timeout: 60_000,
      })
      .toEqual([]);
    const { status, spans } = await order(mesh, { 'x-tenant-id': 'acme', 'x-user-id': 'alice' });
    expect(status).toBe(200);
    expect(valuesOf(spans, 'user.id')).toEqual(['alice']);
    await expect
      .poll(() => counter(mesh.agents.orders, 'meshspan_config_errors'), { timeout: 20_000 })
      .toBe(1);
    expect(mesh.agents.orders.process.lines().join('\n')).toContain('MESHSPAN_CONFIG_UNKNOWN');
  });

  it('two plugins of one image in one proxy: each has its own configuration', async () => {
    const { resources, plugin } = await mesh.definition.generate('two');
    const url = /url: (\S+)/.exec(await readFile(plugin, 'utf8'))?.[1];
    const second = await mesh.resource(
      'second',
      `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: second, namespace: ingress }
spec:
  selector: { matchLabels: { app: edge } }
  url: ${url}
  failStrategy: FAIL_OPEN
  pluginConfig: { attributes: [{ key: plan, from: [{ literal: gold }], to: { responseHeader: x-plan } }] }
`,
    );
    await mesh.apply([...resources, second]);
    await expect.poll(async () => (await order(mesh)).headers['x-plan'], { timeout: 60_000 }).toBe('gold');
    const { spans } = await order(mesh, { 'x-user-id': 'alice', 'x-tenant-id': 'acme' });
    expect(valuesOf(spans, 'user.id')).toEqual(['alice']);
    expect(valuesOf(spans, 'tenant.id')).toEqual(['acme']);
  });

  it('a Telemetry of a namespace replaces the tags of the mesh, as Istio has it', async () => {
    const { resources } = await mesh.definition.generate('telemetry');
    const other = await mesh.resource(
      'other',
      `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: other, namespace: shop }
spec: { tracing: [{ customTags: { team: { literal: { value: blue } } } }] }
`,
    );
    await mesh.apply([...resources, other]);
    await eventually(mesh, (spans) => valuesOf(spans, 'user.id', 'orders.shop'), []);
    const { spans } = await order(mesh);
    expect(valuesOf(spans, 'team', 'orders.shop')).toEqual(['blue']);
    expect(valuesOf(spans, 'user.id', 'edge.ingress')).toEqual(['again']);
  });

  it('a plugin that is removed: traffic goes on without its attributes, and with them when it is back', async () => {
    const { resources, plugin } = await mesh.definition.generate('removed');
    const load = startLoad(mesh.url, { host: mesh.host });
    onTestFinished(async () => void (await load.stop()));
    await mesh.apply(resources.filter((file) => file !== plugin));
    await eventually(mesh, (spans) => valuesOf(spans, 'user.id'), []);
    await mesh.apply(resources);
    await eventually(mesh, (spans) => valuesOf(spans, 'user.id'), ['again']);
    expect(Object.keys((await load.stop()).statuses)).toEqual(['200']);
  });
});

/** Ways in which the module cannot be had when a proxy starts, and how the agent's log and counter name each. */
const WITHOUT_MODULE: readonly (readonly [string, NonNullable<MeshOptions['before']>, RegExp, string])[] = [
  ['the registry is down', (_, registry) => registry.stop(), /connection refused/, 'manifest_failure'],
  [
    'sha256 is of another image',
    (definition) => definition.set(['filter', 'sha256'], '0'.repeat(64)),
    /does not match: 0{64}/,
    'checksum_mismatched',
  ],
  [
    'its tag was moved to another module',
    (definition, registry) => definition.pushOther(registry.address),
    /does not match: [0-9a-f]{64}/,
    'checksum_mismatched',
  ],
];

for (const [what, before, said, counted] of WITHOUT_MODULE) {
  await describeWithTools(`a mesh that starts when ${what}`, TOOLS, () => {
    it('lets traffic pass without attributes, and the agent says why', async () => {
      const mesh = await startMesh({ before });
      onTestFinished(() => mesh.stop());
      const { status, spans } = await order(mesh, { 'x-user-id': 'alice' });
      expect(status).toBe(200);
      expect(valuesOf(spans, 'user.id')).toEqual([]);
      const lines = mesh.agents.orders.process.lines().join('\n');
      expect(lines).toMatch(said);
      const text = await (await fetch(`${mesh.agents.orders.status}/metrics`)).text();
      expect(text).toMatch(new RegExp(`istio_agent_wasm_remote_fetch_count\\{result="${counted}"\\} [1-9]`));
    });
  });
}
