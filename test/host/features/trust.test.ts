import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counters, exchange, ISTIO_NODE, startFilter } from '../filter.ts';
import type { PropertyTree } from '../proxy/properties.ts';
import { ProxyProcess } from '../proxy/proxy-process.ts';

const WEB = 'spiffe://cluster.local/ns/shop/sa/web';
const peer = (id: string): PropertyTree => ({ connection: { uri_san_peer_certificate: id } });
const direction = (value: bigint): PropertyTree => ({ xds: { listener_direction: value } });

/** Whether a caller's word is taken. */
function isBelieved(trust: object, properties: PropertyTree, node?: PropertyTree): boolean {
  const configuration = { attributes: [{ key: 'user.id', from: [{ header: 'x-user' }] }], trust };
  const filter = startFilter(configuration, node && new ProxyProcess(node));
  expect(filter.proxy.log).toEqual([]);
  const { attributes, request } = exchange(filter, { headers: [['x-user', 'alice']], properties });
  const believed = attributes['user.id'] === 'alice';
  // What is not believed does not go on to the upstream either.
  expect(request).toEqual(believed ? [['x-user', 'alice']] : []);
  expect(counters(filter).untrusted ?? 0).toBe(believed ? 0 : 1);
  return believed;
}

describe('who is believed', () => {
  test.each<[trust: object, who: string, properties: PropertyTree, believed: boolean]>([
    [{ identity: 'edge' }, 'nobody', {}, false],
    [{ identity: 'edge' }, 'a mesh peer', peer(WEB), false],
    [{ identity: 'edge' }, 'an outbound listener', direction(2n), false],
    [{ identity: 'edge', peers: [WEB] }, 'the peer', peer(WEB), true],
    [{ identity: 'edge', peers: [WEB] }, 'another peer', peer(`${WEB}2`), false],
    [
      { identity: 'edge', peers: ['spiffe://x/**', 'spiffe://*/ns/shop/sa/*'] },
      'one of several',
      peer(WEB),
      true,
    ],
    [{ identity: 'mesh' }, 'nobody', {}, false],
    [{ identity: 'mesh' }, 'a mesh peer', peer(WEB), true],
    [{ identity: 'mesh' }, 'no SPIFFE id', peer('https://cluster.local/ns/shop'), false],
    [{ identity: 'mesh' }, 'an outbound listener', direction(2n), true],
    [{ identity: 'mesh' }, 'an inbound listener', direction(1n), false],
    [{ identity: 'mesh' }, 'a listener of no direction', direction(0n), false],
    [{ identity: 'mesh' }, 'a direction that is none', { xds: { listener_direction: 'outbound' } }, false],
    [{ identity: 'mesh', peers: ['spiffe://other/**'] }, 'a peer that is not named', peer(WEB), false],
    [{ identity: 'mesh', peers: ['spiffe://other/**'] }, 'an outbound listener', direction(2n), true],
  ])('%j: %s', (trust, _who, properties, believed) => {
    expect(isBelieved(trust, properties)).toBe(believed);
  });

  test('on an Istio gateway an outbound listener is what strangers call', () => {
    const node = (id: string): PropertyTree => ({ xds: { node: { id } } });
    expect(isBelieved({ identity: 'mesh' }, direction(2n), node('router~10.0.0.1~gw.ns~ns.svc'))).toBe(false);
    expect(isBelieved({ identity: 'mesh' }, direction(2n), node('sidecar~10.0.0.1~a.ns~ns.svc'))).toBe(true);
    expect(isBelieved({ identity: 'mesh' }, direction(2n), node('xrouter~'))).toBe(true);
  });
});

describe('patterns of peers', () => {
  test.each<[pattern: string, id: string, matches: boolean]>([
    ['spiffe://td/ns/*/sa/*', 'spiffe://td/ns/a/sa/b', true],
    ['spiffe://td/ns/*/sa/*', 'spiffe://td/ns/a/sa/b/c', false],
    ['spiffe://td/ns/*/sa/*', 'spiffe://td/ns/a/b/sa/c', false],
    ['spiffe://td/ns/*/sa/*', 'spiffe://td/ns//sa/', true],
    ['spiffe://td/**', 'spiffe://td/', true],
    ['spiffe://td/**', 'spiffe://td/ns/a/sa/b', true],
    ['spiffe://td/**', 'spiffe://td', false],
    ['spiffe://td/**', 'spiffe://td2/x', false],
    ['spiffe://**', 'spiffe://anything/at/all', true],
    ['spiffe://td/a*c', 'spiffe://td/abc', true],
    ['spiffe://td/a*c', 'spiffe://td/ac', true],
    ['spiffe://td/a*c', 'spiffe://td/abcd', false],
    ['spiffe://td/a*c', 'spiffe://td/a/c', false],
    ['spiffe://td/*a*b*', 'spiffe://td/xaxxbx', true],
    ['spiffe://td/*a*b*', 'spiffe://td/bxa', false],
    ['spiffe://td/*/x', 'spiffe://td/x/x', true],
    ['spiffe://td/*/x', 'spiffe://td/y/x/x', false],
    ['spiffe://td/x', 'spiffe://td/X', false],
    ['spiffe://td/x', 'xspiffe://td/x', false],
    ['spiffe://td/x', 'spiffe://td/xx', false],
  ])('%s and %s: %s', (pattern, id, matches) => {
    expect(isBelieved({ identity: 'edge', peers: [pattern] }, peer(id))).toBe(matches);
  });

  test('any pattern and any id: what a regular expression says', () => {
    const text = (pieces: string[]) =>
      fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
    const property = fc.property(
      text(['a', 'b', '/', '*']),
      fc.constantFrom('', '**'),
      text(['a', 'b', '/']),
      (start, rest, id) => {
        const pattern = start.replace(/\*+/g, '*');
        if (rest !== '' && pattern.endsWith('*')) return;
        const expression = new RegExp(`^${pattern.replaceAll('*', '[^/]*')}${rest === '' ? '' : '.*'}$`);
        const trust = { identity: 'edge', peers: [`spiffe://${pattern}${rest}`] };
        expect(isBelieved(trust, peer(`spiffe://${id}`)), `${pattern}${rest} ${id}`).toBe(
          expression.test(id),
        );
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });

  test('a pattern of many stars does not take long to say no', () => {
    // Backtracking over each star would never end.
    expect(
      isBelieved(
        { identity: 'edge', peers: [`spiffe://${'*a'.repeat(200)}b`] },
        peer(`spiffe://${'a'.repeat(20_000)}`),
      ),
    ).toBe(false);
  });
});

/** One attribute for each way in which a caller can say who somebody is, and one that is not about it. */
const EVERYTHING = {
  attributes: [
    { key: 'user.header', from: [{ header: 'X-User' }], default: 'stranger' },
    { key: 'user.cookie', from: [{ cookie: 'user' }] },
    { key: 'user.query', from: [{ query: 'user' }] },
    { key: 'user.path', from: [{ path: '/{user}' }] },
    { key: 'user.baggage', from: [{ baggage: 'user' }] },
    { key: 'user.token', from: [{ jwt: 'sub', unverified: true }] },
    { key: 'user.request', from: [{ property: 'request.headers.x-user' }] },
    { key: 'user.own', from: [{ header: 'x-user' }], identity: false },
    { key: 'plan', from: [{ header: 'x-plan' }], to: { header: 'x-out' } },
    { key: 'org', from: [{ header: 'x-org' }], identity: true, to: { header: 'x-org-out', baggage: 'org' } },
    {
      key: 'tenant.id',
      from: [{ property: 'connection.id' }, { literal: 'known' }],
      to: { header: 'x-tenant' },
    },
  ],
};
const SAID = {
  headers: [
    [':path', '/alice?user=alice'],
    ['x-user', 'alice'],
    ['cookie', 'user=alice'],
    ['baggage', 'user=alice;p=1,other=1, org = x'],
    ['authorization', `Bearer a.${Buffer.from('{"sub":"alice"}').toString('base64url')}.b`],
    ['x-plan', 'gold'],
    ['x-org', 'acme'],
    ['x-org', 'acme'],
    ['x-org-out', 'root'],
    ['x-tenant', 'mallory'],
  ] as [string, string][],
};

test('a stranger says nothing of identities, and nothing of it goes on', () => {
  const filter = startFilter({ ...EVERYTHING, trust: { identity: 'edge' } });
  expect(filter.proxy.log).toEqual([]);
  const { attributes, request, routeCleared } = exchange(filter, SAID);
  expect(attributes).toEqual({
    'user.header': 'stranger',
    'user.own': 'alice',
    plan: 'gold',
    'tenant.id': 'known',
  });
  expect(Object.fromEntries(request)).toEqual({
    ':path': '/alice?user=alice',
    cookie: 'user=alice',
    baggage: 'other=1',
    authorization: SAID.headers[4]?.[1],
    'x-plan': 'gold',
    'x-out': 'gold',
    'x-tenant': 'known',
  });
  expect(routeCleared).toBe(true);
  expect(counters(filter)).toMatchObject({ untrusted: 5 });
});

test('without trust, and from whom is believed, all of it counts', () => {
  for (const trust of [undefined, { identity: 'edge', peers: [WEB] }]) {
    const filter = startFilter({ ...EVERYTHING, ...(trust && { trust }) });
    const { attributes, request } = exchange(filter, { ...SAID, properties: peer(WEB) });
    expect(attributes).toEqual({
      'user.header': 'alice',
      'user.cookie': 'alice',
      'user.query': 'alice',
      'user.path': 'alice',
      'user.baggage': 'alice',
      'user.token': 'alice',
      'user.request': 'alice',
      'user.own': 'alice',
      plan: 'gold',
      'tenant.id': 'known',
    });
    expect(Object.fromEntries(request)).toMatchObject({
      'x-user': 'alice',
      'x-tenant': 'known',
      baggage: 'user=alice;p=1,other=1',
    });
    expect(counters(filter).untrusted).toBeUndefined();
  }
});

test('the route of a stranger that says nothing stays', () => {
  const attribute = {
    key: 'user.id',
    from: [{ header: 'x-user' }, { baggage: 'user' }],
    to: { header: 'x-out', baggage: true },
  };
  const filter = startFilter({ attributes: [attribute], trust: { identity: 'edge' } });
  const headers: [string, string][] = [
    ['accept', '*/*'],
    ['baggage', 'a=1'],
  ];
  expect(exchange(filter, { headers }).routeCleared).toBe(false);
});

test.each([
  ['user.id', true],
  ['enduser.id', true],
  ['tenant.id', true],
  ['user', true],
  ['users.id', false],
  ['user_agent.original', false],
  ['User.id', false],
  ['k', false],
])('%s is an identity by its name: %s', (key, isIdentity) => {
  const filter = startFilter(
    { attributes: [{ key, from: [{ header: 'h' }] }], trust: { identity: 'edge' } },
    new ProxyProcess(ISTIO_NODE),
  );
  expect(exchange(filter, { headers: [['h', 'v']] }).attributes).toEqual(isIdentity ? {} : { [key]: 'v' });
});

test.each([
  ['percent-encoded, which OpenTelemetry decodes', 't%65nant=acme'],
  ['behind a blank that JavaScript trims', '\u00a0tenant=acme'],
  ['with properties', 'tenant=acme;ttl=5'],
  ['without a value', 'tenant'],
])('a member of baggage that may be read as an identity is removed: %s', (_what, said) => {
  const filter = startFilter({
    attributes: [{ key: 'tenant.id', from: [{ header: 'x-tenant-id' }], to: { baggage: 'tenant' } }],
    trust: { identity: 'edge' },
  });
  const { request } = exchange(filter, { headers: [['baggage', `${said},tenants=1,other=2`]] });
  expect(request).toEqual([['baggage', 'tenants=1,other=2']]);
  expect(counters(filter)).toMatchObject({ untrusted: 1 });
});

describe('a mistake believes nobody', () => {
  const right = { key: 'user.id', from: [{ header: 'x-user' }] };
  test.each<[what: string, configuration: object | string]>([
    ['a mode that there is not', { attributes: [right], trust: { identity: 'Edge' } }],
    ['an unknown field', { attributes: [right], trust: { identity: 'mesh', peer: [] } }],
    ['a pattern that is none', { attributes: [right], trust: { identity: 'mesh', peers: ['x/*'] } }],
    ['nothing in it', { attributes: [right], trust: {} }],
    ['null', { attributes: [right], trust: null }],
    [
      'the field twice',
      `{"attributes":[${JSON.stringify(right)}],"trust":{"identity":"edge"},"trust":{"identity":"mesh"}}`,
    ],
    [
      'an attribute that is skipped',
      { attributes: [{ ...right, maxlength: 3 }], trust: { identity: 'edge' } },
    ],
  ])('%s', (_what, configuration) => {
    const filter = startFilter(configuration);
    expect(filter.proxy.log.length).toBeGreaterThan(0);
    const { attributes, request } = exchange(filter, {
      headers: [['x-user', 'alice']],
      properties: peer(WEB),
    });
    expect(attributes).toEqual({});
    expect(request).toEqual([]);
  });

  test("a text that is not JSON: the default attributes, and their headers are a stranger's", () => {
    const filter = startFilter('{"trust":{"identity":"mesh"},}');
    const { attributes, request } = exchange(filter, {
      headers: [['x-user-id', 'alice']],
      properties: peer(WEB),
    });
    expect(attributes['user.id']).toBe('anonymous');
    expect(request).toEqual([]);
  });
});

test.each([1, 2])(
  "a stranger's header that is too large to be read goes all the same, sent %i times",
  (times) => {
    const filter = startFilter({
      attributes: [{ key: 'user.id', from: [{ header: 'x-user' }] }],
      trust: { identity: 'edge' },
    });
    const large: [string, string] = ['x-user', 'v'.repeat(1024 * 1024 + 1)];
    const headers: [string, string][] = [large, ['x-user', 'alice']];
    const { attributes, request } = exchange(filter, { headers: headers.slice(0, times) });
    expect(attributes).toEqual({});
    expect(request).toEqual([]);
  },
);

test('of a stranger authorization is not believed, and not taken from the upstream either', () => {
  const attribute = { key: 'user.id', from: [{ header: 'authorization' }] };
  const filter = startFilter({ attributes: [attribute], trust: { identity: 'edge' } });
  const headers: [string, string][] = [['authorization', 'Basic YWxpY2U=']];
  expect(exchange(filter, { headers })).toMatchObject({ attributes: {}, request: headers });
});
