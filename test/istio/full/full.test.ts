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
import type { Span } from './collector.ts';
import { startLoad } from './load.ts';
import { CLUSTER, type FullMesh, startFullMesh } from './mesh.ts';

const USER = { 'x-user-id': 'alice', 'x-tenant-id': 'globex' };
const ATTRIBUTES = { 'user.id': 'alice', 'tenant.id': 'globex', cluster: CLUSTER };
/** orders' sidecar in, orders' sidecar out, inventory's sidecar in. */
const HOPS = 3;
const BOUND = { timeout: 30_000, interval: 100 };

let mesh: FullMesh;

/** The spans of one request of that user. */
async function order(): Promise<readonly Span[]> {
  const { traceId, traceparent } = newTrace();
  const { status, body } = await get(mesh.url, { ...USER, traceparent });
  expect({ status, body }).toMatchObject({ status: 200 });
  return mesh.collector.waitForTrace(traceId, HOPS);
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
    console.log('seconds to start:', mesh.seconds);
  });
  afterAll(() => mesh?.stop());

  it('has the attributes on inbound and outbound spans, in one trace', async () => {
    const spans = await order();
    expect(spans.map(({ kind }) => kind).sort()).toEqual([2, 2, 3]);
    for (const span of spans) expect(attributesOf(span)).toMatchObject(ATTRIBUTES);
  });

  it('refuses a bad resource, and names every bad field', async () => {
    const text = (await readFile(mesh.generated.plugin, 'utf8'))
      .replace(
        /^( +)sha256: .*$/m,
        '$1sha256: not-hexadecimal\n$1phase: EARLY\n$1match: [{ mode: SIDEWAYS }]',
      )
      .replace(/^( +)failStrategy: .*$/m, '$1failStrategy: SHRUG');
    const file = join(mesh.folder, 'bad.yaml');
    await writeFile(file, text);
    const refused = await mesh.cluster.apply(file).catch(String);
    for (const field of ['sha256', 'phase', 'match[0].mode', 'failStrategy']) {
      expect(refused).toContain(`spec.${field}`);
    }
  });

  it('istioctl analyze finds no error in the live cluster', async () => {
    const { stdout, stderr } = await istioctl('analyze', '--all-namespaces', '--output', 'json');
    const messages = JSON.parse(stdout) as { level: string; origin: string; message: string }[];
    console.log(stderr, messages);
    expect(messages.filter(({ level }) => level === 'Error')).toEqual([]);
  });

  it('istioctl proxy-status shows both proxies in sync', async () => {
    const status = await istioctl('proxy-status', '--xds-address', mesh.istiod.address, '--plaintext');
    console.log(status);
  });

  it('a change by kubectl apply arrives under load, without a failed request', async () => {
    const load = startLoad(mesh.url, USER);
    await mesh.definition.set(['attributes', 1, 'key'], 'tenant');
    const { folder } = await mesh.definition.generate('changed');
    const started = performance.now();
    await mesh.cluster.apply(folder);
    await vi.waitFor(async () => {
      for (const span of await order()) expect(attributesOf(span)).toMatchObject({ tenant: 'globex' });
    }, BOUND);
    console.log('change arrived after ms', performance.now() - started);
    const { statuses } = await load.stop();
    console.log(statuses);
    expect(Object.keys(statuses)).toEqual(['200']);
    await mesh.cluster.apply(mesh.generated.folder);
    await vi.waitFor(async () => {
      for (const span of await order()) expect(attributesOf(span)).toMatchObject(ATTRIBUTES);
    }, BOUND);
  });
});
