import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const KEY = 'a key of the platform team';
const from = [{ header: 'x-value' }];
const hash = { algorithm: 'hmac-sha256', keyEnv: 'KEY', length: 32 };
const ATTRIBUTES = [
  { key: 'lower', from, lowercase: true },
  { key: 'letters', from, pattern: '[A-Za-z]{1,12}', default: 'no letters' },
  { key: 'allowed', from, allow: ['Alice', 'globex'] },
  { key: 'masked', from, mask: 4 },
  { key: 'hashed', from, hash },
  { key: 'short', from, maxLength: 4 },
];

describeWithEnvoy('rules', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const features = {
      rules: { configurations: [{ attributes: ATTRIBUTES }] },
      repeated: {
        configurations: [
          {
            attributes: [
              { key: 'rejected', from },
              { key: 'first', from, ambiguous: 'first' },
            ],
          },
        ],
      },
      distinct: { configurations: [{ attributes: [{ key: 'few', from, maxDistinct: 2 }] }] },
      keyless: {
        configurations: [{ attributes: [{ key: 'hashed', from, hash: { ...hash, keyEnv: 'NO_KEY' } }] }],
      },
    };
    proxy = await startProxy(await launcher(), features, { environment: { KEY } });
  });
  afterAll(() => proxy.stop());

  it.each([
    {
      sent: 'Alice',
      expected: { lower: 'alice', letters: 'Alice', allowed: 'Alice', masked: '*lice', short: 'Alic' },
    },
    {
      sent: 'Bob-7',
      expected: { lower: 'bob-7', letters: 'no letters', allowed: 'other', masked: '*ob-7', short: 'Bob-' },
    },
    {
      sent: 'üBÉ',
      expected: { lower: 'übÉ', letters: 'no letters', allowed: 'other', masked: '***', short: 'üBÉ' },
    },
    {
      sent: 'a\t"b"\\',
      expected: {
        lower: "a\ufffd'b'/",
        letters: 'no letters',
        allowed: 'other',
        masked: "**'b'/",
        short: "a\ufffd'b",
      },
    },
  ])('$sent', async ({ sent, expected }) => {
    const { attributes } = await proxy.see('rules', { headers: { 'x-value': bytesOf(sent) } });
    const safe = sent === 'a\t"b"\\' ? "a\ufffd'b'/" : sent;
    const hashed = createHmac('sha256', KEY).update(safe).digest('hex').slice(0, 32);
    expect(attributes).toEqual({ ...expected, hashed });
  });

  it('a repeated header', async () => {
    const { attributes } = await proxy.see('repeated', { headers: { 'x-value': ['alice', 'mallory'] } });
    expect(attributes).toEqual({ first: 'alice' });
  });

  it('more different values than there may be', async () => {
    const seen: unknown[] = [];
    for (const value of ['a', 'b', 'c', 'a', 'd', 'b']) {
      seen.push((await proxy.see('distinct', { headers: { 'x-value': value } })).attributes.few);
    }
    expect(seen).toEqual(['a', 'b', 'other', 'a', 'other', 'b']);
  });

  it('a key that is not set: the attribute is told of and skipped, never plain', async () => {
    const { attributes } = await proxy.see('keyless', { headers: { 'x-value': 'alice' } });
    expect(attributes).toEqual({});
    const told = proxy.envoy.lines().filter((line) => line.includes('MESHSPAN_CONFIG_'));
    expect(told).toEqual([
      expect.stringContaining('at $.attributes[0].hash.keyEnv: expected the name of an'),
    ]);
  });

  it('the counters tell what the values were', async () => {
    const names = ['rejected', 'ambiguous', 'truncated', 'overflow', 'attributes_missing', 'oversized'];
    const counts = async (): Promise<number[]> =>
      Promise.all(names.map((name) => proxy.count(`meshspan_${name}`)));
    const before = await counts();
    await proxy.see('rules', { headers: { 'x-value': 'Bob-7' } });
    await proxy.see('repeated', { headers: { 'x-value': ['alice', 'mallory'] } });
    await proxy.see('repeated');
    await proxy.see('distinct', { headers: { 'x-value': 'z' } });
    const after = await counts();
    expect(Object.fromEntries(names.map((name, i) => [name, (after[i] ?? 0) - (before[i] ?? 0)]))).toEqual({
      rejected: 1,
      ambiguous: 1,
      truncated: 1,
      overflow: 1,
      attributes_missing: 3,
      oversized: 0,
    });
  });
});

/** Text as it is sent: one character a byte. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
