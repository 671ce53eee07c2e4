import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { get, newTrace } from './client.ts';
import { describeWithEnvoy } from './launchers.ts';
import { only, type Shop, startShop } from './shop.ts';

const KEY = 'a key of the platform team';
const ATTRIBUTES = [
  { key: 'lower', from: [{ header: 'x-user-id' }], lowercase: true },
  { key: 'letters', from: [{ header: 'x-user-id' }], pattern: '[A-Za-z]{1,12}', default: 'no letters' },
  { key: 'tenant', from: [{ header: 'x-tenant-id' }], allow: ['acme', 'globex'] },
  { key: 'masked', from: [{ header: 'x-card' }], mask: 4 },
  {
    key: 'hashed',
    from: [{ header: 'x-user-id' }],
    hash: { algorithm: 'hmac-sha256', keyEnv: 'KEY', length: 32 },
  },
  { key: 'region', from: [{ env: 'REGION' }] },
];

describeWithEnvoy('rules', (launcher) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop(await launcher(), {
      configuration: { attributes: ATTRIBUTES },
      attributes: ATTRIBUTES.map(({ key }) => key),
      environment: { KEY, REGION: 'eu-central-1' },
    });
  });
  afterAll(() => shop.stop());

  it.each([
    {
      sent: { 'x-user-id': 'Alice', 'x-tenant-id': 'globex', 'x-card': '4111111111111111' },
      tags: { lower: 'alice', letters: 'Alice', tenant: 'globex', masked: '************1111' },
    },
    {
      sent: { 'x-user-id': 'Bob-7', 'x-tenant-id': 'initech', 'x-card': '123' },
      tags: { lower: 'bob-7', letters: 'no letters', tenant: 'other', masked: '***' },
    },
  ])('what arrives on the span of $sent', async ({ sent, tags }) => {
    const trace = newTrace();
    await get(`${shop.url}/denied`, { ...sent, traceparent: trace.traceparent });
    const { attributes } = only(await shop.spans(trace.traceId, 1), 'edge', 'SERVER');
    const hashed = createHmac('sha256', KEY).update(sent['x-user-id']).digest('hex').slice(0, 32);
    expect(attributes).toMatchObject({ ...tags, hashed, region: 'eu-central-1' });
  });

  it('a key that is not set: the attribute is told of and skipped, never plain', async () => {
    const withoutKey = await startShop(await launcher(), {
      configuration: { attributes: ATTRIBUTES },
      attributes: ATTRIBUTES.map(({ key }) => key),
    });
    try {
      const trace = newTrace();
      await get(`${withoutKey.url}/denied`, { 'x-user-id': 'alice', traceparent: trace.traceparent });
      const { attributes } = only(await withoutKey.spans(trace.traceId, 1), 'edge', 'SERVER');
      expect(attributes).toMatchObject({ lower: 'alice' });
      expect(attributes).not.toHaveProperty('hashed');
      const told = withoutKey.edge.lines().filter((line) => line.includes('MESHSPAN_CONFIG_'));
      expect(told).toEqual([
        expect.stringContaining('at $.attributes[4].hash.keyEnv: expected the name of an'),
      ]);
    } finally {
      await withoutKey.stop();
    }
  });
});
