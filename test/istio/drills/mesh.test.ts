/** What happens when something happens in the mesh around the plugin. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTools } from '../../tools/describe.ts';
import { type Mesh, startMesh } from '../mesh.ts';
import { RELEASE } from '../releases.ts';
import { change, eventually, nobody, order, tagged, underLoad, valuesOf } from './drill.ts';

await describeWithTools('the mesh around the plugin', RELEASE.tools, () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh();
  });
  afterAll(() => mesh?.stop());

  it('the control plane restarted: traffic goes on, and a later change arrives', async () => {
    await underLoad(mesh, async () => {
      await mesh.restart();
      await change(mesh, ['attributes', 0, 'default'], 'again', 'after-restart');
      await eventually(mesh, nobody, ['again']);
    });
  });

  it('a Telemetry of a namespace replaces the tags of the mesh, as Istio has it', async () => {
    const { resources } = await mesh.definition.generate('telemetry');
    await mesh.apply([...resources, await mesh.resource('of-namespace', tagged('shop', 'blue'))]);
    await eventually(mesh, ({ spans }) => valuesOf(spans, 'user.id', 'orders.shop'), []);
    const { spans } = await order(mesh);
    expect(valuesOf(spans, 'team', 'orders.shop')).toEqual(['blue']);
    expect(valuesOf(spans, 'user.id', 'edge.ingress')).toEqual(['again']);
  });

  it('a Telemetry that is generated for a namespace says everything, whatever one of the mesh says', async () => {
    const namespaces = ['shop', 'ingress'].map((namespace) => ({ kind: 'sidecar', namespace }));
    const resources = await change(mesh, ['proxies'], namespaces, 'by-namespace');
    await mesh.apply([...resources, await mesh.resource('of-mesh', tagged('istio-system', 'blue'))]);
    await eventually(mesh, ({ spans }) => valuesOf(spans, 'team'), []);
    const { spans } = await order(mesh);
    expect(valuesOf(spans, 'user.id', 'orders.shop')).toEqual(['again']);
    expect(valuesOf(spans, 'user.id', 'edge.ingress')).toEqual(['again']);
  });
});
