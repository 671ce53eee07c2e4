import { expect, it } from 'vitest';
import { get, newTrace } from './client.ts';
import { describeWithEnvoy } from './launchers.ts';
import { only, type Shop, shopsOfBothTracers } from './shop.ts';

const IDENTITY = { 'x-user-id': 'alice', 'x-tenant-id': 'acme' };
const ATTRIBUTES = { 'user.id': 'alice', 'tenant.id': 'acme', cluster: 'eu-central' };

/** Requests that do not come to a good end, with the number of spans that the edge makes of each. */
const ENDINGS = [
  { what: '404 of Envoy: no route', path: '/nowhere', status: 404, kinds: ['SERVER'] },
  { what: '404 of the service', path: '/orders/1/unknown', status: 404, kinds: ['SERVER', 'CLIENT'] },
  { what: 'a local reply', path: '/denied', status: 403, kinds: ['SERVER'] },
  { what: 'the upstream is down', path: '/down', status: 503, kinds: ['SERVER', 'CLIENT'] },
] as const;

/** Values of x-user-id, and what stands on the span. */
const VALUES: readonly { what: string; sent?: string | string[]; tag: string }[] = [
  { what: 'missing', tag: 'anonymous' },
  { what: 'empty', sent: '', tag: 'anonymous' },
  { what: 'repeated: none, as a backend may read another', sent: ['alice', 'mallory'], tag: 'anonymous' },
  { what: '8 KiB long: cut to 256 characters', sent: 'x'.repeat(8192), tag: 'x'.repeat(256) },
  { what: 'UTF-8: cut on the border of a character', sent: latin1('é'.repeat(300)), tag: 'é'.repeat(256) },
  { what: 'not UTF-8: made safe', sent: 'b\xfcller', tag: 'b\ufffdller' },
  { what: 'a tab and quotes in it: made safe', sent: 'a\t"b"', tag: "a\ufffd'b'" },
];

describeWithEnvoy('attributes on the spans', (launcher) => {
  const shops = shopsOfBothTracers(launcher);

  for (const tracer of ['otlp+http', 'zipkin']) {
    it.each(ENDINGS)(`${tracer} tracer: $what`, async ({ path, status, kinds }) => {
      const shop = shops.get(tracer) as Shop;
      const trace = newTrace();
      const answer = await get(`${shop.url}${path}`, { ...IDENTITY, traceparent: trace.traceparent });
      expect(answer.status).toBe(status);
      const spans = await shop.spans(trace.traceId, kinds.length);
      for (const kind of kinds) expect(only(spans, 'edge', kind).attributes).toMatchObject(ATTRIBUTES);
      // Of a call that never reached its upstream the CLIENT span has status 0; the answer is on the SERVER span.
      const answered = only(spans, 'edge', 'SERVER').attributes['http.status_code'];
      expect(answered).toBe(String(status));
    });
  }

  it.each(VALUES)('x-user-id $what', async ({ sent, tag }) => {
    const shop = shops.get('otlp+http') as Shop;
    const trace = newTrace();
    const { status } = await get(`${shop.url}/orders/1`, {
      traceparent: trace.traceparent,
      ...(sent === undefined ? {} : { 'x-user-id': sent }),
    });
    expect(status).toBe(200);
    const spans = await shop.spans(trace.traceId, 4);
    for (const kind of ['SERVER', 'CLIENT'] as const) {
      const { attributes } = only(spans, 'edge', kind);
      expect(attributes['user.id']).toBe(tag);
      expect(attributes).not.toHaveProperty('tenant.id');
    }
  });

  it('a user without a header is anonymous on every span of both Envoys', async () => {
    const shop = shops.get('otlp+http') as Shop;
    const trace = newTrace();
    await get(`${shop.url}/orders/1`, { traceparent: trace.traceparent, 'x-tenant-id': 'acme' });
    const spans = await shop.spans(trace.traceId, 4);
    expect(spans.map((span) => span.attributes['user.id'])).toEqual(Array(4).fill('anonymous'));
  });
});

/** Text as `get` sends it: one character a byte. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
