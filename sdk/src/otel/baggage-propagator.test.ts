import { propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { startTracing, suppressed } from '../../test/opentelemetry.ts';
import { BaggagePropagator } from './index.ts';

const propagator = new BaggagePropagator();

/** What goes out of what came in, through OpenTelemetry's own Baggage. */
function sentOn(baggage: string): string | undefined {
  startTracing({ propagator });
  const sent: Record<string, string> = {};
  propagation.inject(propagation.extract(ROOT_CONTEXT, { baggage }), sent);
  return sent.baggage;
}

it.each([
  ['members and properties', 'region=eu,plan=gold;ttl=1;private', 'region=eu,plan=gold;ttl=1;private'],
  ['percent-encoding', 'name=%C3%A9t%C3%A9', 'name=%C3%A9t%C3%A9'],
  ['white space around', ' a = 1 , b = 2 ', 'a=1,b=2'],
  ['a bad member among good ones', 'a=1,no value,b=2', 'a=1,b=2'],
  ['a percent sign that encodes nothing', 'a=100%', 'a=100%25'],
])('carries %s', (_name, came, expected) => {
  expect(sentOn(came)).toBe(expected);
});

it('gives OpenTelemetry the decoded values', () => {
  startTracing({ propagator });
  const baggage = propagation.getBaggage(
    propagation.extract(ROOT_CONTEXT, { baggage: 'n=%C3%A9t%C3%A9;ttl=1' }),
  );
  expect(baggage?.getEntry('n')?.value).toBe('été');
  expect(baggage?.getEntry('n')?.metadata?.toString()).toBe('ttl=1');
});

it('is a Baggage to whoever asks, also where it came in plain', () => {
  startTracing({ propagator });
  const context = propagation.extract(ROOT_CONTEXT, { baggage: 'a=1,b=x=y' });
  const baggage = propagation.getBaggage(context);
  expect(baggage?.getAllEntries()).toEqual([
    ['a', { value: '1' }],
    ['b', { value: 'x=y' }],
  ]);
  expect(baggage?.getEntry('a')).toEqual({ value: '1' });
  expect(baggage?.setEntry('c', { value: '3' }).getAllEntries().length).toBe(3);
  expect(baggage?.removeEntry('a').getEntry('a')).toBeUndefined();
  expect(baggage?.removeEntries('a', 'b').getAllEntries()).toEqual([]);
  expect(baggage?.clear().getAllEntries()).toEqual([]);
  const changed: Record<string, string> = {};
  propagation.inject(
    propagation.setBaggage(context, baggage?.setEntry('a', { value: '2' }) as NonNullable<typeof baggage>),
    changed,
  );
  expect(changed.baggage).toBe('a=2,b=x%3Dy');
});

it('keeps to 64 members and 8,192 bytes, in and out', () => {
  const many = Array.from({ length: 100 }, (_, index) => `k${index}=v`).join(',');
  expect(sentOn(many)?.split(',').length).toBe(64);
  const own = propagation.createBaggage(
    Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, { value: 'é'.repeat(50) }])),
  );
  const sent: Record<string, string> = {};
  propagation.inject(propagation.setBaggage(ROOT_CONTEXT, own), sent);
  expect(sent.baggage?.length).toBeGreaterThan(7000);
  expect(sent.baggage?.length).toBeLessThanOrEqual(8192);
});

it('drops what has no spelling, and sends nothing where tracing is suppressed', () => {
  startTracing({ propagator });
  const entries = { 'a b': { value: '1' }, ok: { value: '\ud800' } };
  const context = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries));
  const sent: Record<string, string> = {};
  propagation.inject(context, sent);
  expect(sent).toEqual({ baggage: 'ok=%EF%BF%BD' });
  const none = {};
  propagation.inject(suppressed(context), none);
  expect(none).toEqual({});
});
