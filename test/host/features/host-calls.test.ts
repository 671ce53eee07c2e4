import { expect, test } from 'vitest';
import { istioProxy, requestModule, startFilter } from '../filter.ts';
import type { Headers } from '../proxy/header-map.ts';
import type { PropertyTree } from '../proxy/properties.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const SPIFFE = 'spiffe://td/ns/a/sa/b';
const tenant = (fields: object = {}): object[] => [{ key: 'tenant.id', from: [{ header: 'h' }], ...fields }];
const PAIRS = 'proxy_get_header_map_pairs(RequestHeaders) = Ok';
const SET = 'proxy_set_property(meshspan.tenant.id, acme) = Ok';
const acme: Headers = [['h', 'acme']];
const OK: Headers = [[':status', '200']];

interface Case {
  readonly name: string;
  readonly configuration: object;
  readonly request: Headers;
  readonly properties?: PropertyTree;
  /** Calls of the request. */
  readonly calls: readonly string[];
  /** Those of its response. None where this is missing. */
  readonly answer?: readonly string[];
}

/** The price list goes on (test/host/host-calls.test.ts): what each feature costs a request that it is about. */
const CASES: readonly Case[] = [
  {
    name: 'to.header, as it should be already',
    configuration: { attributes: tenant({ to: { header: 'x-t' } }) },
    request: [...acme, ['x-t', 'acme']],
    calls: [`${PAIRS} 2 headers`, SET],
  },
  {
    name: 'to.header, set',
    configuration: { attributes: tenant({ to: { header: 'x-t' } }) },
    request: acme,
    calls: [`${PAIRS} 1 headers`, SET, 'proxy_replace_header_map_value(RequestHeaders, x-t, acme) = Ok'],
  },
  {
    name: 'to.header, removed',
    configuration: { attributes: tenant({ to: { header: 'x-t' } }) },
    request: [['x-t', 'old']],
    calls: [`${PAIRS} 1 headers`, 'proxy_remove_header_map_value(RequestHeaders, x-t) = Ok'],
  },
  {
    name: 'to.baggage',
    configuration: { attributes: tenant({ to: { baggage: 'tenant' } }) },
    request: [...acme, ['baggage', 'a=1']],
    calls: [
      `${PAIRS} 2 headers`,
      SET,
      'proxy_replace_header_map_value(RequestHeaders, baggage, a=1,tenant=acme) = Ok',
    ],
  },
  {
    name: 'output: header',
    configuration: { attributes: tenant(), output: 'header' },
    request: acme,
    calls: [
      `${PAIRS} 1 headers`,
      SET,
      'proxy_replace_header_map_value(RequestHeaders, x-meshspan-tenant.id, acme) = Ok',
    ],
  },
  {
    name: 'to.responseHeader: the value is read back from filter state',
    configuration: { attributes: tenant({ to: { responseHeader: 'x-t' } }) },
    request: acme,
    calls: [`${PAIRS} 1 headers`, SET],
    answer: [
      'proxy_get_property(meshspan.tenant.id) = Ok acme',
      'proxy_replace_header_map_value(ResponseHeaders, x-t, acme) = Ok',
    ],
  },
  {
    name: 'to.metric, of a value that came before: the status, to tell errors',
    configuration: { attributes: tenant({ to: { metric: true } }) },
    request: acme,
    calls: [`${PAIRS} 1 headers`, SET],
    answer: ['proxy_get_header_map_value(ResponseHeaders, :status) = Ok 200'],
  },
  {
    name: 'a source of the response behind one of the request that has a value',
    configuration: { attributes: tenant({ from: [{ header: 'h' }, { responseCode: true }] }) },
    request: acme,
    calls: [`${PAIRS} 1 headers`, SET],
    answer: ['proxy_get_property(meshspan.tenant.id) = Ok acme'],
  },
  {
    name: 'and behind one that has none',
    configuration: { attributes: tenant({ from: [{ header: 'h' }, { responseCode: true }] }) },
    request: [],
    calls: [`${PAIRS} 0 headers`],
    answer: [
      'proxy_get_property(meshspan.tenant.id) = NotFound',
      'proxy_get_header_map_value(ResponseHeaders, :status) = Ok 200',
      'proxy_set_property(meshspan.tenant.id, 200) = Ok',
    ],
  },
  {
    name: 'trust: a stranger',
    configuration: { attributes: tenant(), trust: { identity: 'mesh' } },
    request: acme,
    calls: [
      `${PAIRS} 1 headers`,
      'proxy_get_property(xds␀listener_direction) = NotFound',
      'proxy_get_property(connection␀uri_san_peer_certificate) = NotFound',
      'proxy_remove_header_map_value(RequestHeaders, h) = Ok',
    ],
  },
  {
    name: 'trust: a peer of the mesh',
    configuration: { attributes: tenant(), trust: { identity: 'mesh' } },
    request: acme,
    properties: { connection: { uri_san_peer_certificate: SPIFFE } },
    calls: [
      `${PAIRS} 1 headers`,
      'proxy_get_property(xds␀listener_direction) = NotFound',
      `proxy_get_property(connection␀uri_san_peer_certificate) = Ok ${SPIFFE}`,
      SET,
    ],
  },
  {
    name: 'trust: at the edge without peers nobody is asked for',
    configuration: { attributes: tenant(), trust: { identity: 'edge' } },
    request: [['a', 'b']],
    calls: [`${PAIRS} 1 headers`],
  },
  {
    name: 'span names',
    configuration: { attributes: tenant(), spanName: ['GET /a/{b}'] },
    request: [...acme, [':method', 'GET'], [':path', '/a/7?q']],
    calls: [
      `${PAIRS} 3 headers`,
      SET,
      'proxy_set_property(meshspan.http.route, /a/{b}) = Ok',
      'proxy_set_property(meshspan.span_name, GET /a/{b}) = Ok',
    ],
  },
  {
    name: 'sampling, not hit',
    configuration: { attributes: tenant(), sampling: { always: [{ when: { 'tenant.id': 'globex' } }] } },
    request: acme,
    calls: [`${PAIRS} 1 headers`, SET],
  },
  {
    name: 'sampling, hit',
    configuration: { attributes: tenant(), sampling: { always: [{ when: { 'tenant.id': 'acme' } }] } },
    request: acme,
    calls: [
      `${PAIRS} 1 headers`,
      SET,
      'proxy_set_property(meshspan.sampled, 1) = Ok',
      'proxy_replace_header_map_value(RequestHeaders, x-meshspan-sampled, 1) = Ok',
    ],
  },
  {
    name: 'the trace id',
    configuration: { attributes: [], traceId: { responseHeader: 'x-trace-id' } },
    request: [['traceparent', TRACEPARENT]],
    calls: [`${PAIRS} 1 headers`, `proxy_set_property(meshspan/trace, ${TRACEPARENT}) = Ok`],
    answer: [
      `proxy_get_property(meshspan/trace) = Ok ${TRACEPARENT}`,
      'proxy_replace_header_map_value(ResponseHeaders, x-trace-id, 0af7651916cd43dd8448eb211c80319c) = Ok',
    ],
  },
];

test.each(CASES)('$name', ({ configuration, request, properties = {}, calls, answer = [] }) => {
  const { proxy, vm, root } = startFilter(configuration);
  expect(proxy.log).toEqual([]);
  // The first request of a value may define its counters; the second is as all others.
  for (const isFirst of [true, false]) {
    vm.record.start();
    const stream = vm.createStream(root, { headers: request, properties });
    vm.requestHeaders(stream);
    const asked = vm.record.calls.filter((call) => !(isFirst && call.startsWith('proxy_define_metric')));
    expect(asked).toEqual(calls);
    vm.record.start();
    vm.responseHeaders(stream, { headers: OK });
    expect(vm.record.calls).toEqual(answer);
    vm.destroy(stream);
  }
});

const ofRequests = CASES.filter(({ answer }) => answer === undefined);

test.each(ofRequests)(
  'and without responses: $name',
  ({ configuration, request, properties = {}, calls }) => {
    const { proxy, vm, root } = startFilter(configuration, istioProxy(), requestModule);
    expect(proxy.log).toEqual([]);
    for (let i = 0; i < 2; i++) {
      vm.record.start();
      const stream = vm.createStream(root, { headers: request, properties });
      vm.requestHeaders(stream);
      // Nobody is called back.
      expect(vm.responseHeaders(stream, { headers: OK })).toBeUndefined();
      vm.destroy(stream);
      expect(vm.record.calls).toEqual(calls);
      const entries = vm.record.entries.filter((name) => name !== 'proxy_on_memory_allocate');
      expect(entries).toEqual(['proxy_on_request_headers']);
    }
  },
);

test('the host enters the VM once more for a response, and once for each value that it hands over', () => {
  const { vm, root } = startFilter({ attributes: tenant({ to: { responseHeader: 'x-t' } }) });
  const stream = vm.createStream(root, { headers: acme });
  vm.requestHeaders(stream);
  vm.record.start();
  vm.responseHeaders(stream, { headers: OK });
  vm.destroy(stream);
  expect(vm.record.entries).toEqual(['proxy_on_response_headers', 'proxy_on_memory_allocate']);
});
