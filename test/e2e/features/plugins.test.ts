import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

/** A plugin whose attributes all carry its name. */
function plugin(name: string, header: string, defaultValue: string) {
  return {
    attributes: [
      { key: `${name}.user`, from: [{ header }], default: defaultValue },
      { key: `${name}.name`, from: [{ literal: name }] },
      { key: `${name}.cache`, from: [{ responseHeader: 'x-cache' }], default: name },
    ],
  };
}

describeWithEnvoy('two plugins in one VM', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const red = plugin('red', 'x-red', 'nobody-red');
    const blue = plugin('blue', 'x-blue', 'nobody-blue');
    proxy = await startProxy(await launcher(), {
      both: { configurations: [red, blue] },
      turned: { configurations: [blue, red] },
      red: { configurations: [red] },
    });
  });
  afterAll(() => proxy.stop());

  it('share it: there is one VM a thread', async () => {
    const stats = await (await fetch(`${proxy.envoy.admin}/stats?filter=wasm.*v8.active`)).text();
    // One of the main thread, one of the worker, and the one that the others are cloned from.
    expect(stats).toContain('v8.active: 3');
  });

  const red = { 'red.user': 'r', 'red.name': 'red', 'red.cache': 'HIT' };
  const blue = { 'blue.user': 'b', 'blue.name': 'blue', 'blue.cache': 'HIT' };

  it.each([
    { listener: 'both', expected: { ...red, ...blue } },
    { listener: 'turned', expected: { ...red, ...blue } },
    { listener: 'red', expected: red },
  ])('$listener: each request has the attributes of the plugins that it passes', async (test) => {
    const headers = { 'x-red': 'r', 'x-blue': 'b' };
    const calls = Array.from({ length: 50 }, () => proxy.see(test.listener, { headers }));
    for (const { attributes } of await Promise.all(calls)) expect(attributes).toEqual(test.expected);
  });

  it('what requests bring that run at the same time does not mix', async () => {
    const calls = Array.from({ length: 150 }, async (_, index) => {
      const listener = ['both', 'turned', 'red'][index % 3] ?? '';
      const headers = { 'x-red': `r-${index}`, 'x-blue': `b-${index}` };
      const { attributes } = await proxy.see(listener, { headers });
      expect(attributes).toMatchObject({ 'red.user': `r-${index}` });
      expect(attributes['blue.user']).toBe(listener === 'red' ? undefined : `b-${index}`);
    });
    await Promise.all(calls);
  });
});
