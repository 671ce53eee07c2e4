/** What happens to requests when something happens to the plugin. The drills change one mesh, one after the other. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTools } from '../../tools/describe.ts';
import { type Mesh, startMesh } from '../mesh.ts';
import { RELEASE } from '../releases.ts';
import { change, counter, eventually, mistaken, nobody, order, said, underLoad, valuesOf } from './drill.ts';

const ALICE = { 'x-user-id': 'alice', 'x-tenant-id': 'acme' };

await describeWithTools('the plugin', RELEASE.tools, () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh();
  });
  afterAll(() => mesh?.stop());

  it('a plugin that is updated under load: no request fails, and the new value comes', async () => {
    const orders = await underLoad(mesh, async () => {
      await change(mesh, ['attributes', 0, 'default'], 'updated', 'updated');
      await eventually(mesh, nobody, ['updated']);
    });
    expect(orders).toBeGreaterThan(50);
  });

  it('a mistake in the configuration: that attribute is left out and counted, the others work', async () => {
    await mesh.apply(await mistaken(mesh, 'mistake'));
    await eventually(mesh, ({ spans }) => valuesOf(spans, 'tenant.id'), [], ALICE);
    const { status, spans } = await order(mesh, ALICE);
    expect(status).toBe(200);
    expect(valuesOf(spans, 'user.id')).toEqual(['alice']);
    await expect
      .poll(() => counter(mesh.agents.orders, 'meshspan_config_errors'), { timeout: 20_000 })
      .toBe(1);
    expect(said(mesh.agents.orders)).toMatch(/MESHSPAN_CONFIG_UNKNOWN at .*this attribute is skipped/);
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
    await eventually(mesh, ({ headers }) => headers['x-plan'], 'gold');
    const { spans } = await order(mesh, ALICE);
    expect(valuesOf(spans, 'user.id')).toEqual(['alice']);
    expect(valuesOf(spans, 'tenant.id')).toEqual(['acme']);
  });

  it('a plugin that is removed: traffic goes on without its attributes, and with them when it is back', async () => {
    const { resources, plugin } = await mesh.definition.generate('removed');
    await underLoad(mesh, async () => {
      await mesh.apply(resources.filter((file) => file !== plugin));
      await eventually(mesh, nobody, []);
      await mesh.apply(resources);
      await eventually(mesh, nobody, ['updated']);
    });
  });
});
