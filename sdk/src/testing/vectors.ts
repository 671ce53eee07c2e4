import type { Format, SamplingState } from '../formats/trace-context.ts';

/** What a service must send on, in forward mode. A null must not be sent; what is left out is not looked at. */
export interface Expected {
  /** 32 or 16 characters; null: no trace, or another than any that came. */
  readonly traceId: string | null;
  readonly spanId?: string;
  readonly sampling?: SamplingState;
  readonly traceState?: string | null;
  readonly requestId?: string | null;
  readonly baggage?: string | null;
  /** Header to value. */
  readonly identity?: Readonly<Record<string, string | null>>;
}

/** One request, and what must come of it. */
export interface Vector {
  readonly name: string;
  /** Where the rule is written. */
  readonly rule: string;
  /** An array is sent as that many headers. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The formats that came in good order: those that go out where the service names none. */
  readonly formats: readonly Format[];
  readonly expected: Expected;
}

const W3C = 'https://www.w3.org/TR/trace-context-2/';
const B3 = 'https://github.com/openzipkin/b3-propagation';
const BAGGAGE = 'https://www.w3.org/TR/baggage/';
const REQUEST_ID =
  'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-request-id';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = '05e3ac9a4f6e3b90';
const OTHER = '80f198ee56343ba864fe8b2a57d3eff7';
const HERE = { traceId: TRACE, spanId: SPAN };
const MULTI = { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN };

/** Requests whose outcome the specifications settle, for {@link checkPropagation} and for tests of your own. */
export const VECTORS: readonly Vector[] = [
  {
    ...{ name: 'a sampled traceparent', rule: `${W3C}#traceparent-header`, formats: ['w3c'] },
    headers: { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=opaque,other=1' },
    expected: { ...HERE, sampling: 'accept', traceState: 'vendor=opaque,other=1' },
  },
  {
    ...{ name: 'a traceparent that is not sampled', rule: `${W3C}#sampled-flag`, formats: ['w3c'] },
    headers: { traceparent: `00-${TRACE}-${SPAN}-00` },
    expected: { ...HERE, sampling: 'deny' },
  },
  {
    ...{
      name: 'a traceparent of a later version',
      rule: `${W3C}#versioning-of-traceparent`,
      formats: ['w3c'],
    },
    headers: { traceparent: `cc-${TRACE}-${SPAN}-01-what-the-future-will-be` },
    expected: { ...HERE, sampling: 'accept' },
  },
  {
    ...{ name: 'a bad traceparent takes tracestate with it', rule: `${W3C}#traceparent-header`, formats: [] },
    headers: { traceparent: `00-${TRACE.toUpperCase()}-${SPAN}-01`, tracestate: 'vendor=opaque' },
    expected: { traceId: null, traceState: null },
  },
  {
    ...{ name: 'two traceparents restart the trace', rule: `${W3C}#traceparent-header`, formats: [] },
    headers: { traceparent: [`00-${TRACE}-${SPAN}-01`, `00-${OTHER}-${SPAN}-01`] },
    expected: { traceId: null },
  },
  {
    ...{ name: 'a bad tracestate spoils nothing else', rule: `${W3C}#tracestate-header`, formats: ['w3c'] },
    headers: { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'Vendor=opaque' },
    expected: { ...HERE, traceState: null },
  },
  {
    ...{ name: 'b3, accepted, with a parent', rule: `${B3}#single-header`, formats: ['b3'] },
    headers: { b3: `${TRACE}-${SPAN}-1-${PARENT}` },
    expected: { ...HERE, sampling: 'accept' },
  },
  {
    ...{ name: 'b3, denied', rule: `${B3}#sampling-state`, formats: ['b3'] },
    headers: { b3: `${TRACE}-${SPAN}-0` },
    expected: { ...HERE, sampling: 'deny' },
  },
  {
    ...{ name: 'b3, debug', rule: `${B3}#sampling-state`, formats: ['b3'] },
    headers: { b3: `${TRACE}-${SPAN}-d` },
    expected: { ...HERE, sampling: 'debug' },
  },
  {
    ...{ name: 'b3, deferred, is not denied', rule: `${B3}#sampling-state`, formats: ['b3'] },
    headers: { b3: `${TRACE}-${SPAN}` },
    expected: { ...HERE, sampling: 'defer' },
  },
  {
    ...{ name: 'b3, a decision without a trace', rule: `${B3}#single-header`, formats: ['b3'] },
    headers: { b3: '0' },
    expected: { traceId: null, sampling: 'deny' },
  },
  {
    ...{ name: 'a malformed b3 is not sent on', rule: `${B3}#single-header`, formats: [] },
    headers: { b3: `${TRACE}-${SPAN}-x` },
    expected: { traceId: null },
  },
  {
    ...{ name: 'a bad b3 falls back to x-b3-*', rule: `${B3}#single-header`, formats: ['b3multi'] },
    headers: { b3: 'nonsense', ...MULTI, 'x-b3-sampled': '1' },
    expected: { ...HERE, sampling: 'accept' },
  },
  {
    ...{ name: 'x-b3-*, accepted', rule: `${B3}#multiple-headers`, formats: ['b3multi'] },
    headers: { ...MULTI, 'x-b3-parentspanid': PARENT, 'x-b3-sampled': '1' },
    expected: { ...HERE, sampling: 'accept' },
  },
  {
    ...{ name: 'x-b3-*, deferred, is not denied', rule: `${B3}#sampling-state`, formats: ['b3multi'] },
    headers: MULTI,
    expected: { ...HERE, sampling: 'defer' },
  },
  {
    ...{ name: 'x-b3-flags 1 is debug', rule: `${B3}#debug-flag`, formats: ['b3multi'] },
    headers: { ...MULTI, 'x-b3-flags': '1' },
    expected: { ...HERE, sampling: 'debug' },
  },
  {
    ...{ name: 'an empty x-b3-parentspanid', rule: `${B3}#parentspanid`, formats: ['b3multi'] },
    headers: { ...MULTI, 'x-b3-parentspanid': '', 'x-b3-sampled': '1' },
    expected: { ...HERE, sampling: 'accept' },
  },
  {
    ...{ name: 'a trace id of 64 bits', rule: `${B3}#traceid`, formats: ['b3multi'] },
    headers: { 'x-b3-traceid': TRACE.slice(16), 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' },
    expected: { traceId: TRACE.slice(16), spanId: SPAN, sampling: 'accept' },
  },
  {
    ...{ name: 'two formats of one trace', rule: `${W3C}#traceparent-header`, formats: ['w3c', 'b3'] },
    headers: { traceparent: `00-${TRACE}-${SPAN}-01`, b3: `${TRACE}-${SPAN}-1` },
    expected: { ...HERE, sampling: 'accept' },
  },
  {
    ...{ name: 'x-request-id is sent on unchanged', rule: REQUEST_ID, formats: [] },
    headers: { 'x-request-id': 'a1b2c3d4-e5f6-9a78-8b90-123456789abc' },
    expected: { traceId: null, requestId: 'a1b2c3d4-e5f6-9a78-8b90-123456789abc' },
  },
  {
    ...{ name: 'x-request-id is not made up', rule: REQUEST_ID, formats: ['w3c'] },
    headers: { traceparent: `00-${TRACE}-${SPAN}-01` },
    expected: { ...HERE, requestId: null },
  },
  {
    ...{ name: 'baggage, with properties and encoding', rule: `${BAGGAGE}#definition`, formats: [] },
    headers: { baggage: 'region=eu,name=%C3%A9t%C3%A9;ttl=1' },
    expected: { traceId: null, baggage: 'region=eu,name=%C3%A9t%C3%A9;ttl=1' },
  },
  {
    ...{
      name: 'who the request is for',
      rule: 'https://www.rfc-editor.org/rfc/rfc9110#section-5.5',
      formats: [],
    },
    headers: { 'x-user-id': 'ada', 'x-tenant-id': 'acme' },
    expected: { traceId: null, identity: { 'x-user-id': 'ada', 'x-tenant-id': 'acme' } },
  },
  {
    ...{
      name: 'two users are nobody',
      rule: 'https://www.rfc-editor.org/rfc/rfc9110#section-5.3',
      formats: [],
    },
    headers: { 'x-user-id': ['ada', 'bob'] },
    expected: { traceId: null, identity: { 'x-user-id': null } },
  },
];
