import { describe, expect, test } from 'vitest';
import { ISTIO_NODE, request, startFilter } from './filter.ts';
import type { Headers } from './proxy/header-map.ts';
import type { PropertyTree } from './proxy/properties.ts';
import { ProxyProcess } from './proxy/proxy-process.ts';

/** What one source reads of a request; undefined where it has no value. */
function read(source: object, headers: Headers, properties: PropertyTree = {}): string | undefined {
  const { proxy, vm, root } = startFilter(
    { attributes: [{ key: 'k', from: [source] }] },
    new ProxyProcess(ISTIO_NODE),
  );
  expect(proxy.log).toEqual([]);
  const { k } = request(vm, root, { headers, properties });
  expect(vm.outOfBounds).toBe(0);
  return k;
}

describe('cookie (RFC 6265)', () => {
  test.each([
    ['session=abc', 'abc'],
    ['a=1; session=abc; b=2', 'abc'],
    ['a=1;session = abc ;b', 'abc'],
    ['session="a b"', 'a b'],
    ['session=a=b', 'a=b'],
    ['session=1; session=2', '1'],
    ['xsession=1; sessionx=2; Session=3', undefined],
    ['session', undefined],
    ['session=', undefined],
    ['', undefined],
    [';;=;', undefined],
    ['session="', "'"],
  ])('%s', (cookie, expected) => {
    expect(read({ cookie: 'session' }, [['cookie', cookie]])).toBe(expected);
  });
});

describe('query', () => {
  test.each([
    ['/x?tenant=acme', 'acme'],
    ['/x?a=1&tenant=a%20b+c&tenant=2', 'a b c'],
    ['/x?tenant=%C3%A9', 'é'],
    ['/x?tenant=%zz%4', '%zz%4'],
    ['/x?tenant=%', '%'],
    ['/x?tenant=%00', '\ufffd'],
    ['/x?xtenant=1', undefined],
    ['/tenant=acme', undefined],
    ['/x?', undefined],
    ['*', undefined],
  ])('%s', (path, expected) => {
    expect(read({ query: 'tenant' }, [[':path', path]])).toBe(expected);
  });
});

describe('path', () => {
  test.each([
    ['/tenants/{tenant}/**', '/tenants/acme/orders/7', 'acme'],
    ['/tenants/{tenant}/**', '/tenants/acme', 'acme'],
    ['/tenants/{tenant}/**', '/tenants/acme/', 'acme'],
    ['/tenants/{tenant}/**', '/tenants/a%2Fb?x=/y', 'a/b'],
    ['/tenants/{tenant}/**', '/tenants/', undefined],
    ['/tenants/{tenant}/**', '/tenants//x', undefined],
    ['/tenants/{tenant}/**', '/tenant/acme', undefined],
    ['/tenants/{tenant}', '/tenants/acme?x=1', 'acme'],
    ['/tenants/{tenant}', '/tenants/acme#x', 'acme'],
    ['/tenants/{tenant}', '/tenants/acme/', undefined],
    ['/*/{id}/edit', '/users/7/edit', '7'],
    ['/*/{id}/edit', '//7/edit', undefined],
    ['/{id}', '/7', '7'],
    ['/{id}', '*', undefined],
  ])('%s on %s', (template, path, expected) => {
    expect(read({ path: template }, [[':path', path]])).toBe(expected);
  });

  test.each([
    ['tenants/{t}', 'it does not begin with a slash'],
    ['/tenants', 'it has 0 named parts'],
    ['/{a}/{b}', 'it has 2 named parts'],
    ['/a{b}', '"a{b}" is no whole part'],
    ['/{a}{b}', '"{a}{b}" is no whole part'],
    ['/{*}', '"{*}" is no whole part'],
    [`/{a}${'/x'.repeat(64)}`, 'it has more than 64 parts'],
  ])('%s is no template', (template, problem) => {
    const { proxy } = startFilter({ attributes: [{ key: 'k', from: [{ path: template }] }] });
    expect(proxy.log[0]?.message).toContain(problem);
  });
});

describe('baggage (W3C, section 3.3)', () => {
  test.each([
    ['user.id=alice', 'alice'],
    ['a=1,user.id=alice;ttl=5;x,b=2', 'alice'],
    ['a=1 , user.id = alice ;ttl=5', 'alice'],
    ['user.id=a%20b%2Cc', 'a b,c'],
    // A plus is itself in baggage.
    ['user.id=a+b', 'a+b'],
    ['user.id=', undefined],
    ['user.idx=1', undefined],
  ])('%s', (baggage, expected) => {
    expect(read({ baggage: 'user.id' }, [['baggage', baggage]])).toBe(expected);
  });
});

describe('peer (SPIFFE id of the certificate)', () => {
  const ID = 'spiffe://cluster.local/ns/shop/sa/orders';
  test.each([
    ['namespace', ID, 'shop'],
    ['serviceAccount', ID, 'orders'],
    ['trustDomain', ID, 'cluster.local'],
    ['trustDomain', 'spiffe://example.org', 'example.org'],
    ['namespace', 'spiffe://example.org', undefined],
    ['namespace', 'spiffe://td/workload/x', undefined],
    ['serviceAccount', 'spiffe://td/ns/x', undefined],
    ['serviceAccount', 'spiffe://td/ns/x/sa/', undefined],
    ['namespace', 'https://cluster.local/ns/shop/sa/orders', undefined],
    ['namespace', 'spiffe:/', undefined],
  ])('%s of %s', (peer, id, expected) => {
    const properties = { connection: { uri_san_peer_certificate: id } };
    expect(read({ peer }, [], properties)).toBe(expected);
  });

  test('a connection without mTLS has none', () => {
    expect(read({ peer: 'namespace' }, [])).toBeUndefined();
  });
});

describe('property: what is no text is written as one', () => {
  const float = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer);
  const day = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;

  test.each<[string, string | undefined, bigint | boolean | Uint8Array | string, string | undefined]>([
    ['request.size', undefined, 404n, '404'],
    ['source.port', undefined, 0n, '0'],
    ['xds.listener_direction', undefined, 2n, '2'],
    ['connection.mtls', undefined, true, 'true'],
    ['connection.mtls', undefined, false, 'false'],
    ['request.time', undefined, day('2026-11-21T12:34:56.789Z'), '2026-11-21T12:34:56.789Z'],
    ['request.time', undefined, day('2024-02-29T00:00:00.000Z'), '2024-02-29T00:00:00.000Z'],
    ['request.time', undefined, day('2100-03-01T23:59:59.999Z'), '2100-03-01T23:59:59.999Z'],
    ['request.time', undefined, day('1969-12-31T23:59:59.999Z'), '1969-12-31T23:59:59.999Z'],
    ['request.duration', undefined, 1_500_000n, '1'],
    ['a.b', 'integer', -7n, '-7'],
    ['a.b', 'integer', -(2n ** 63n), '-9223372036854775808'],
    ['a.b', 'integer', 2n ** 63n - 1n, '9223372036854775807'],
    ['a.b', 'number', float(3), '3'],
    ['a.b', 'number', float(-0.5), '-0.5'],
    ['a.b', 'number', float(1.25), '1.25'],
    ['a.b', 'number', float(2.9999999), '3'],
    ['a.b', 'number', float(0.000001), '0.000001'],
    ['a.b', 'number', float(123456789.5), '123456789.5'],
    ['a.b', 'number', float(Number.NaN), undefined],
    ['a.b', 'number', float(Number.POSITIVE_INFINITY), undefined],
    ['a.b', 'number', float(1e300), undefined],
    ['a.b', 'integer', 'text', undefined],
    ['a.b', 'boolean', 'text', undefined],
    ['request.size', 'text', 'x', 'x'],
  ])('%s as %s: %o', (property, type, value, expected) => {
    const [first = '', second = ''] = property.split('.');
    const source = type === undefined ? { property } : { type, property };
    expect(read(source, [], { [first]: { [second]: value } })).toBe(expected);
  });

  test('dates from 1800 to 2261', () => {
    const { vm, root } = startFilter({ attributes: [{ key: 'k', from: [{ property: 'request.time' }] }] });
    for (let date = Date.UTC(1800, 0, 1); date < Date.UTC(2600, 0, 1); date += 86_400_000 * 13) {
      const properties = { request: { time: BigInt(date) * 1_000_000n } };
      // Eight bytes of nanoseconds end in 2262, and in 1677.
      if (Math.abs(date) > 9_200_000_000_000) continue;
      expect(request(vm, root, { properties }).k).toBe(new Date(date).toISOString());
    }
  });
});

test('sources of one header share its slot, and a repeated one is ambiguous for all', () => {
  const { vm, root } = startFilter({
    attributes: [
      { key: 'a', from: [{ cookie: 'a' }] },
      { key: 'b', from: [{ cookie: 'b' }, { literal: 'none' }] },
      { key: 'c', from: [{ cookie: 'a' }], ambiguous: 'first' },
    ],
  });
  vm.record.start();
  expect(request(vm, root, { headers: [['cookie', 'a=1; b=2']] })).toEqual({ a: '1', b: '2', c: '1' });
  expect(vm.record.calls.filter((call) => call.includes('header_map'))).toHaveLength(1);
  const headers: Headers = [
    ['cookie', 'a=1'],
    ['cookie', 'b=2'],
  ];
  expect(request(vm, root, { headers })).toEqual({ b: 'none', c: '1' });
});
