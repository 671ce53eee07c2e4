/**
 * What `strict: true` does to a mesh when a configuration with a mistake gets there: nothing at once, and much later.
 * Istio's failStrategy is about a filter that fails while it runs, and not about a configuration that it refuses.
 */
import { expect, it, type TestContext, vi } from 'vitest';
import { get } from '../../e2e/client.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { type Mesh, type MeshOptions, startMesh } from '../mesh.ts';
import { RELEASE } from '../releases.ts';
import {
  change,
  counter,
  eventually,
  mistaken,
  nobody,
  order,
  said,
  tagged,
  underLoad,
  valuesOf,
} from './drill.ts';

const BOUND = { timeout: 20_000 };
/** What the filter says, and what Envoy says then. */
const REFUSED =
  /MESHSPAN_CONFIG_UNKNOWN at \$\.attributes\[1\]\.from\[0\]\.heeder.*the configuration is refused/;
const REJECTED = /TypedExtensionConfig rejected: .*Unable to create Wasm plugin/;

async function meshThatStarts({ onTestFinished }: TestContext, options: MeshOptions): Promise<Mesh> {
  const mesh = await startMesh(options);
  onTestFinished(() => mesh.stop());
  return mesh;
}

await describeWithTools('a mistake under strict', RELEASE.tools, () => {
  it.concurrent('on proxies that run: the plugin before stays, and so do the listeners, until it is mended', async (test) => {
    const mesh = await meshThatStarts(test, {});
    const { orders } = mesh.agents;
    await mesh.definition.set(['strict'], true);
    const wrong = await mistaken(mesh, 'wrong');
    await underLoad(mesh, async () => {
      await mesh.apply(wrong);
      for (const agent of Object.values(mesh.agents)) {
        await vi.waitFor(() => expect(said(agent)).toMatch(REJECTED), BOUND);
        expect(said(agent)).toMatch(REFUSED);
      }
    });
    const { spans } = await order(mesh, { 'x-tenant-id': 'acme' });
    expect(valuesOf(spans, 'user.id')).toEqual(['anonymous']);
    expect(valuesOf(spans, 'tenant.id')).toEqual(['acme']);
    await vi.waitFor(async () => expect(await counter(orders, 'meshspan_config_errors')).toBe(1), BOUND);

    // A listener is made with the plugin's newest configuration, and is refused with it.
    const rejected = (): Promise<number> => counter(orders, 'envoy_listener_manager_lds_update_rejected');
    expect(await rejected()).toBe(0);
    await mesh.apply([...wrong, await mesh.resource('telemetry', tagged('shop', 'blue'))]);
    await vi.waitFor(async () => expect(await rejected()).toBeGreaterThan(0), BOUND);
    const team = (of: Awaited<ReturnType<typeof order>>): unknown[] => valuesOf(of.spans, 'team');
    expect(team(await order(mesh))).toEqual([]);

    const mended = await change(mesh, ['attributes', 0, 'default'], 'mended', 'mended');
    await eventually(mesh, nobody, ['mended']);
    await mesh.apply([...mended, await mesh.resource('telemetry', tagged('shop', 'green'))]);
    await eventually(mesh, team, ['green']);
  });

  it.concurrent('on proxies that start: every request is answered 500 until it is mended', async (test) => {
    const mesh = await meshThatStarts(test, {
      // The mistake that no check of meshspan.yaml sees: the tag has another module, which cannot do what is asked.
      before: async (definition, registry) => {
        await definition.set(['strict'], true);
        await definition.set(['filter', 'sha256'], undefined);
        await definition.pushOther(registry.address);
      },
    });
    const status = async (): Promise<number> => (await get(mesh.url, { host: mesh.host })).status;
    expect(await status()).toBe(500);
    expect(said(mesh.agents.edge)).toMatch(/use meshspan\.wasm; strict: the configuration is refused/);
    await change(mesh, ['strict'], undefined, 'not-strict');
    await vi.waitFor(async () => expect(await status()).toBe(200), BOUND);
    expect(nobody(await order(mesh))).toEqual(['anonymous']);
  });
});
