/**
 * What happens to requests when something happens to the image of the filter. The drills run side by side, each with a
 * mesh of its own: most of their time is waiting for the tails of traces.
 */
import { expect, it, type TestContext } from 'vitest';
import { describeWithTools } from '../../tools/describe.ts';
import { startRegistry } from '../../tools/registry.ts';
import { type Mesh, type MeshOptions, startMesh } from '../mesh.ts';
import { RELEASE } from '../releases.ts';
import {
  change,
  counter,
  eventually,
  fetches,
  nobody,
  order,
  said,
  tagged,
  underLoad,
  valuesOf,
} from './drill.ts';

type Before = NonNullable<MeshOptions['before']>;

async function meshThatStarts({ onTestFinished }: TestContext, before?: Before): Promise<Mesh> {
  const mesh = await startMesh(before === undefined ? {} : { before });
  onTestFinished(() => mesh.stop());
  return mesh;
}

const SHA256 = ['filter', 'sha256'];
const PULL_POLICY = ['filter', 'pullPolicy'];
const ALICE = { 'x-user-id': 'alice', 'x-tenant-id': 'acme' };
/** Which module runs, by what it makes of `to.metric`: only meshspan.wasm can do that, and has the attribute. */
const tenant = ({ spans }: Awaited<ReturnType<typeof order>>): unknown[] => valuesOf(spans, 'tenant.id');

/** Ways in which a proxy starts without the module; what its agent says, and the result that it counts. */
const WITHOUT_MODULE: readonly (readonly [string, Before, RegExp, string])[] = [
  ['the registry is down', (_, registry) => registry.stop(), /connection refused/, 'manifest_failure'],
  [
    'sha256 is of another image',
    (definition) => definition.set(SHA256, '0'.repeat(64)),
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

await describeWithTools('the image', RELEASE.tools, () => {
  it.concurrent.for(WITHOUT_MODULE)(
    'a mesh that starts when %s: traffic without attributes, and why',
    async ([, before, reason, result], test) => {
      const mesh = await meshThatStarts(test, before);
      const { status, spans } = await order(mesh, ALICE);
      expect(status).toBe(200);
      expect(valuesOf(spans, 'user.id')).toEqual([]);
      const { orders } = mesh.agents;
      expect(said(orders)).toMatch(reason);
      expect(said(orders)).toContain('applying allow RBAC filter');
      expect(await fetches(orders)).toEqual({ [result]: expect.any(Number) });
      // By which the alert MeshspanModuleNotFetched tells it from a proxy that has the module.
      expect(await counter(orders, 'meshspan_build_info')).toBe(0);
    },
  );

  /** What has the agent ask again once the registry is back. */
  const ASKS_AGAIN: readonly (readonly [string, (mesh: Mesh) => Promise<unknown>])[] = [
    // Istio's default, said aloud: a change of the resource that changes nothing else.
    ['a change of the plugin', (mesh) => change(mesh, PULL_POLICY, 'IfNotPresent', 'touched')],
    ['a new connection to the control plane', (mesh) => mesh.restart()],
  ];

  it.concurrent.for(ASKS_AGAIN)(
    'a registry that comes back: the module comes with %s, not by itself',
    async ([, ask], test) => {
      const mesh = await meshThatStarts(test, (_, registry) => registry.stop());
      const [address = '', port] = [mesh.registry, Number(mesh.registry.split(':')[1])];
      const registry = await startRegistry(port);
      test.onTestFinished(() => registry.stop());
      await mesh.definition.push(address);

      // Another change reaches the proxies, and has nobody ask the registry.
      const { resources } = await mesh.definition.generate('another');
      const failed = await fetches(mesh.agents.orders);
      await mesh.apply([...resources, await mesh.resource('tagged', tagged('shop', 'blue'))]);
      await eventually(mesh, ({ spans }) => valuesOf(spans, 'team', 'orders.shop'), ['blue']);
      expect(nobody(await order(mesh))).toEqual([]);
      expect(await fetches(mesh.agents.orders)).toEqual(failed);

      await mesh.apply(resources);
      await underLoad(mesh, async () => {
        await ask(mesh);
        await eventually(mesh, nobody, ['anonymous']);
      });
      expect(await fetches(mesh.agents.orders)).toEqual({ ...failed, success: 1 });
    },
  );

  it.concurrent('a wrong sha256 while the module runs: traffic goes on without attributes until it is mended', async (test) => {
    const mesh = await meshThatStarts(test);
    await eventually(mesh, nobody, ['anonymous']);
    const { resources } = await mesh.definition.generate('right');
    const wrong = 'a'.repeat(64);
    await underLoad(mesh, async () => {
      await change(mesh, SHA256, wrong, 'wrong');
      await eventually(mesh, nobody, []);
    });
    expect(said(mesh.agents.orders)).toContain(`which does not match: ${wrong}. applying allow RBAC filter`);
    const counted = { success: 1, checksum_mismatched: expect.any(Number) };
    expect(await fetches(mesh.agents.orders)).toEqual(counted);
    await underLoad(mesh, async () => {
      await mesh.apply(resources);
      await eventually(mesh, nobody, ['anonymous']);
    });
    // The agent had kept the module.
    expect(await fetches(mesh.agents.orders)).toEqual(counted);
  });

  it.concurrent('a moved tag without sha256: a proxy that starts runs the other module', async (test) => {
    const mesh = await meshThatStarts(test, async (definition, registry) => {
      await definition.set(SHA256, undefined);
      await definition.pushOther(registry.address);
    });
    const { status, spans } = await order(mesh, ALICE);
    expect(status).toBe(200);
    expect(valuesOf(spans, 'user.id')).toEqual(['alice']);
    expect(valuesOf(spans, 'tenant.id')).toEqual([]);
    expect(await counter(mesh.agents.orders, 'meshspan_config_errors')).toBe(1);
    expect(said(mesh.agents.orders)).toContain('use meshspan.wasm');
    expect(await fetches(mesh.agents.orders)).toEqual({ success: 1 });
  });

  it.concurrent('a moved tag without sha256: a proxy that runs keeps its module, by pullPolicy Always until the next change', async (test) => {
    const mesh = await meshThatStarts(test, (definition) => definition.set(SHA256, undefined));
    await mesh.definition.pushOther(mesh.registry);
    await change(mesh, ['attributes', 0, 'default'], 'kept', 'kept');
    await eventually(mesh, nobody, ['kept']);
    expect(tenant(await order(mesh, ALICE))).toEqual(['acme']);
    expect(await fetches(mesh.agents.orders)).toEqual({ success: 1 });

    await change(mesh, PULL_POLICY, 'Always', 'always');
    await eventually(mesh, tenant, [], ALICE);
    expect(await fetches(mesh.agents.orders)).toEqual({ success: 2 });
  });
});
