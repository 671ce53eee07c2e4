/**
 * The filter in a real Istio: a Kubernetes API server takes what is generated, istiod makes configuration of it,
 * agents fetch the module from a registry, and the example's services answer through both sidecars. The tests change
 * the one mesh, each from where the one before left it. `npm run test:istio -- --full`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@meshspan/cli/process/run.ts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { get, newTrace } from '../../e2e/client.ts';
import { describeWithTools } from '../../tools/describe.ts';
import * as tools from '../../tools/tools.ts';
import type { Span } from '../collector.ts';
import { type Load, type LoadResult, startLoad } from '../load.ts';
import { CLUSTER } from '../services.ts';
import { type FullMesh, startFullMesh } from './mesh.ts';

const USER = { 'x-user-id': 'alice', 'x-tenant-id': 'globex' };
const ATTRIBUTES = { 'user.id': 'alice', 'tenant.id': 'globex', cluster: CLUSTER };
/** orders' sidecar in, orders' sidecar out, inventory's sidecar in. */
const HOPS = 3;
/** The filter's names in the proxies: istiod makes a TrafficExtension of a WasmPlugin. */
const EXTENSION = 'extensions.istio.io/trafficextension/istio-system.shop';
const TRANSLATED = `${EXTENSION}~istio-translated-wasmplugin`;
const STRICT = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: inventory, namespace: shop }
spec: { selector: { matchLabels: { app: inventory } }, mtls: { mode: STRICT } }
`;
/**
 * The longest that a change may take on a busy machine; here it takes about a second, or, for what a connection of
 * before still brings to a listener that was replaced, Istio's drainDuration of 45 s.
 */
const BOUND = { timeout: 60_000, interval: 100 };

let mesh: FullMesh;

/** Writes a file into the mesh's folder. */
async function file(name: string, text: string): Promise<string> {
  const path = join(mesh.folder, name);
  await writeFile(path, text);
  return path;
}

/** The spans of one request of that user. */
async function order(): Promise<readonly Span[]> {
  const { traceId, traceparent } = newTrace();
  const { status, body } = await get(mesh.url, { ...USER, traceparent });
  expect({ status, body }).toMatchObject({ status: 200 });
  return mesh.collector.waitForTrace(traceId, HOPS);
}

/** Renames the tenant's attribute in meshspan.yaml, applies what is generated, and waits until all hops have it. */
async function rename(key: string): Promise<void> {
  await mesh.definition.set(['attributes', 1, 'key'], key);
  const { folder } = await mesh.definition.generate(`with-${key}`);
  await mesh.cluster.apply(folder);
  await vi.waitFor(async () => {
    for (const span of await order()) {
      const { attributes } = span;
      expect(attributes.filter(([name]) => name.startsWith('tenant'))).toEqual([[key, 'globex']]);
    }
  }, BOUND);
}

/** Does something while requests run, and tells what came of these. */
async function underLoad(change: (load: Load) => Promise<void>): Promise<LoadResult> {
  const load = startLoad(mesh.url, USER);
  try {
    await load.more(20);
    await change(load);
    await load.more(20);
  } finally {
    await load.stop();
  }
  return load.stop();
}

/** Envoy's `/config_dump`, of which only the listeners in force are of interest. */
interface ConfigDump {
  readonly configs: readonly { readonly dynamic_listeners?: readonly { readonly active_state?: object }[] }[];
}

/** Waits until the filters of Istio's extensions in the listeners of both proxies are these. */
async function filters(names: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    for (const agent of Object.values(mesh.agents)) {
      const { configs } = JSON.parse(await agent.configuration()) as ConfigDump;
      // Those that were replaced stay for 45 s, with what they had; they take no connection any more.
      const active = configs.flatMap(({ dynamic_listeners = [] }) =>
        dynamic_listeners.map(({ active_state }) => active_state),
      );
      const found = JSON.stringify(active).match(/extensions\.istio\.io\/trafficextension\/[^"]+/g);
      expect([...new Set(found)].sort()).toEqual([...names].sort());
    }
  }, BOUND);
}

/** All spans of these requests, once none is missing. */
async function spansOf(requests: LoadResult['requests']): Promise<readonly Span[]> {
  const wanted = new Set(requests);
  return vi.waitFor(async () => {
    const spans = (await mesh.collector.spans()).filter(({ traceId }) => wanted.has(traceId));
    expect(spans.length).toBeGreaterThanOrEqual(requests.length * HOPS);
    return spans;
  }, BOUND);
}

/** How often each of the shop's attributes is on a span. */
function counts({ attributes }: Span): number[] {
  return Object.keys(ATTRIBUTES).map((key) => attributes.filter(([name]) => name === key).length);
}

function attributesOf({ attributes }: Span): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes);
}

async function istioctl(...args: readonly string[]): ReturnType<typeof run> {
  return run(await tools.istioctl.path(), ['--kubeconfig', mesh.cluster.kubeconfig, ...args]);
}

const { etcd, kubeApiserver, kubectl, pilotDiscovery, pilotAgent, istioctl: ctl, crane, otelcol } = tools;
const NEEDED = [etcd, kubeApiserver, kubectl, pilotDiscovery, pilotAgent, ctl, crane, otelcol];

await describeWithTools('a whole Istio', NEEDED, () => {
  beforeAll(async () => {
    mesh = await startFullMesh();
    console.log(`seconds to start: ${JSON.stringify(mesh.seconds)}`);
  });
  afterAll(() => mesh?.stop());

  it('has the attributes on inbound and outbound spans, in one trace', async () => {
    const spans = await order();
    expect(spans.map(({ kind }) => kind).sort()).toEqual([2, 2, 3]);
    for (const span of spans) expect(attributesOf(span)).toMatchObject(ATTRIBUTES);
  });

  it('has them too where the proxies take nothing but mTLS of each other', async () => {
    expect((await get(mesh.direct, {})).status).toBe(200);
    await mesh.cluster.apply(await file('strict.yaml', STRICT));
    await vi.waitFor(() => expect(get(mesh.direct, {})).rejects.toThrow(), BOUND);
    for (const span of await order()) expect(attributesOf(span)).toMatchObject(ATTRIBUTES);
  });

  it('refuses a bad resource, and names every bad field', async () => {
    const text = (await readFile(mesh.generated.plugin, 'utf8'))
      .replace(
        /^( +)sha256: .*$/m,
        '$1sha256: not-hexadecimal\n$1phase: EARLY\n$1match: [{ mode: SIDEWAYS }]',
      )
      .replace(/^( +)failStrategy: .*$/m, '$1failStrategy: SHRUG');
    const refused = await mesh.cluster.apply(await file('bad.yaml', text)).catch(String);
    for (const field of ['sha256', 'phase', 'match[0].mode', 'failStrategy']) {
      expect(refused).toContain(`spec.${field}`);
    }
  });

  it('istioctl analyze finds no error in the generated resources of the live cluster', async () => {
    const { stdout } = await istioctl('analyze', '--all-namespaces', '--output', 'json');
    const messages = JSON.parse(stdout) as { level: string; origin: string }[];
    const errors = messages.filter(({ level }) => level === 'Error').map(({ origin }) => origin);
    // These choose pods, of which there are none: what analyze does find.
    expect(errors.sort()).toEqual(['Sidecar shop/inventory', 'Sidecar shop/orders']);
  });

  it('istioctl proxy-status shows both proxies', async () => {
    const address = ['--xds-address', mesh.istiod.plaintext, '--plaintext'];
    const { stdout, stderr } = await istioctl('proxy-status', ...address);
    expect(stderr).toBe('');
    for (const app of ['orders', 'inventory'])
      expect(stdout).toMatch(new RegExp(`^${app}-1\\.shop .*1\\.31`, 'm'));
  });

  it('istioctl proxy-config reads what a proxy has', async () => {
    const dump = await file('dump.json', await mesh.agents.orders.configuration());
    const { stdout } = await istioctl('proxy-config', 'listener', '--file', dump, '--output', 'json');
    expect(stdout).toContain(`"${TRANSLATED}"`);
  });

  it('a change by kubectl apply arrives under load, without a failed request', async () => {
    const { statuses } = await underLoad(() => rename('tenant'));
    expect(Object.keys(statuses)).toEqual(['200']);
  });

  it('another arrives after istiod was restarted, and traffic went on without it', async () => {
    const { statuses } = await underLoad(async (load) => {
      await mesh.istiod.stop();
      await load.more(100);
      for (const span of await order()) expect(attributesOf(span)).toMatchObject({ tenant: 'globex' });
      await mesh.istiod.start();
      await rename('tenant.id');
    });
    expect(Object.keys(statuses)).toEqual(['200']);
  });

  it('kubectl delete wasmplugin takes the filter out of the proxies, and apply brings it back, without a failed request', async () => {
    const { statuses } = await underLoad(async () => {
      const { stdout } = await mesh.cluster.kubectl('delete', 'wasmplugin', '-n', 'istio-system', 'shop');
      expect(stdout).toContain('deleted');
      await filters([]);
      await vi.waitFor(async () => {
        for (const span of await order()) expect(counts(span)).toEqual([0, 0, 0]);
      }, BOUND);
      await mesh.cluster.apply(mesh.generated.folder);
      await filters([TRANSLATED]);
      // The filter is in its place before its module is: until then requests pass it (FAIL_OPEN).
      await vi.waitFor(async () => {
        for (const span of await order()) expect(attributesOf(span)).toMatchObject(ATTRIBUTES);
      }, BOUND);
    });
    expect(Object.keys(statuses)).toEqual(['200']);
  });

  it('moves from WasmPlugin to TrafficExtension without a failed request, or a span that lacks an attribute', async () => {
    await mesh.definition.set(['filter', 'attach'], 'trafficExtension');
    const extension = await mesh.definition.generate('extension');
    const { statuses, requests } = await underLoad(async (load) => {
      await load.more(50);
      await mesh.cluster.apply(extension.folder);
      await filters([EXTENSION, TRANSLATED]);
      await load.more(50);
      await mesh.cluster.kubectl('delete', '-f', mesh.generated.plugin);
      await filters([EXTENSION]);
      await load.more(50);
    });
    expect(Object.keys(statuses)).toEqual(['200']);
    const spans = await spansOf(requests);
    expect(spans.length).toBe(requests.length * HOPS);
    for (const span of spans) {
      expect({ ...span, counts: counts(span) }).toMatchObject({ counts: [1, 1, 1] });
      expect(attributesOf(span)).toMatchObject(ATTRIBUTES);
    }
  });

  it('in all of that no proxy refused what it was sent', () => {
    for (const { process } of Object.values(mesh.agents)) {
      expect(process.lines().filter((line) => / rejected: /.test(line))).toEqual([]);
    }
  });
});
