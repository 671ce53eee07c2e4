import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { FOLLOWED } from './listeners.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const TENANT = { key: 'tenant.id', from: [{ header: 'x-tenant' }], to: { metric: true } };
const PLAN = { key: 'plan', from: [{ header: 'x-plan' }], to: { metric: true }, maxDistinct: 2 };
const CACHE = { key: 'cache', from: [{ responseHeader: 'x-cache' }], to: { metric: true } };

describeWithEnvoy('counters by attribute, in Prometheus', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const features = {
      tenant: { configurations: [{ attributes: [TENANT] }], routes: [FOLLOWED] },
      plan: { configurations: [{ attributes: [PLAN] }] },
      cache: { configurations: [{ attributes: [CACHE] }] },
    };
    proxy = await startProxy(await launcher(), features, { labels: ['tenant_id', 'plan', 'cache'] });
  });
  afterAll(() => proxy.stop());

  it('requests, and errors of 500 and above, by the value as a label', async () => {
    const calls = [
      { tenant: 'acme', path: '/' },
      { tenant: 'acme', path: '/status/499' },
      { tenant: 'acme', path: '/status/500' },
      { tenant: 'acme', path: '/down' },
      { tenant: 'globex', path: '/direct' },
      { tenant: 'moved', path: '/status/302' },
      { tenant: Buffer.from('ü "x";y\\z').toString('latin1'), path: '/' },
    ];
    for (const { tenant, path } of calls)
      await proxy.see('tenant', { path, headers: { 'x-tenant': tenant } });
    await proxy.see('tenant');
    await expectSamples('meshspan_tenant_id_requests', [
      '{tenant_id="acme"} 4',
      '{tenant_id="globex"} 1',
      // Counts each time that it passes the filter, as `meshspan_requests` does.
      '{tenant_id="moved"} 2',
      // Made safe, and a semicolon would end the label.
      `{tenant_id="ü 'x'_y/z"} 1`,
    ]);
    // Whether a counter that is 0 is shown is not part of the contract.
    const errors = await proxy.prometheus('meshspan_tenant_id_errors');
    expect(errors.filter((sample) => !sample.endsWith(' 0'))).toEqual(['{tenant_id="acme"} 2']);
  });

  it('beyond `maxDistinct` values they count as `other`', async () => {
    for (const plan of ['gold', 'silver', 'iron', 'tin', 'gold']) {
      await proxy.see('plan', { headers: { 'x-plan': plan } });
    }
    await expectSamples('meshspan_plan_requests', [
      '{plan="gold"} 2',
      '{plan="other"} 2',
      '{plan="silver"} 1',
    ]);
  });

  it('values of the response count too', async () => {
    await proxy.see('cache');
    await proxy.see('cache', { path: '/status/503' });
    await expectSamples('meshspan_cache_requests', ['{cache="HIT"} 2']);
    expect(await proxy.prometheus('meshspan_cache_errors')).toContain('{cache="HIT"} 1');
  });

  it('build and memory', async () => {
    expect(await proxy.prometheus('meshspan_build_info')).toEqual([
      expect.stringMatching(/^\{version="\d+\.\d+\.\d+"\} 1$/),
    ]);
    const bytes = await proxy.count('meshspan_memory_bytes');
    // Whole pages of WebAssembly, and not a trifle.
    expect(bytes % 65536).toBe(0);
    expect(bytes).toBeGreaterThan(65536);
    expect(bytes).toBeLessThan(16 * 1024 * 1024);
  });

  /** Counters are told once a second. */
  async function expectSamples(name: string, samples: readonly string[]): Promise<void> {
    await expect
      .poll(async () => (await proxy.prometheus(name)).sort(), { timeout: 5000, interval: 100 })
      .toEqual([...samples].sort());
  }
});
