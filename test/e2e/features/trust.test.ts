import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { createMesh, type Mesh } from './certificates.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';
import { createIssuer, type Issuer } from './tokens.ts';

const IDENTITY = [
  { key: 'user.id', from: [{ header: 'x-user-id' }], default: 'anonymous' },
  { key: 'tenant.id', from: [{ baggage: 'tenant' }, { query: 'tenant' }] },
  { key: 'page', from: [{ header: 'x-page' }] },
];
/** Identity from each place where a caller can say it, and what is not identity, or is not the caller's word. */
const EVERYWHERE = [
  { key: 'user.cookie', from: [{ cookie: 'user' }] },
  { key: 'user.query', from: [{ query: 'user' }] },
  { key: 'user.path', from: [{ path: '/users/{user}' }] },
  { key: 'user.baggage', from: [{ baggage: 'user' }] },
  { key: 'user.token', from: [{ jwt: 'sub', unverified: true }] },
  { key: 'user.property', from: [{ property: 'request.headers.x-user' }] },
  { key: 'enduser.id', from: [{ header: 'x-enduser' }] },
  { key: 'owner', from: [{ header: 'x-owner' }], identity: true },
  { key: 'user.agent', from: [{ header: 'user-agent' }], identity: false },
  { key: 'user.region', from: [{ literal: 'eu' }] },
];
const PEER = [
  { key: 'namespace', from: [{ peer: 'namespace' }] },
  { key: 'account', from: [{ peer: 'serviceAccount' }] },
  { key: 'domain', from: [{ peer: 'trustDomain' }] },
];
const SAID = {
  'x-user-id': 'mallory',
  'x-page': '7',
  baggage: 'tenant=acme,other=1',
};
const ORDERS = 'spiffe://cluster.local/ns/shop/sa/orders';
const ELSEWHERE = 'spiffe://cluster.local/ns/games/sa/dice';

describeWithEnvoy('trust', (launcher) => {
  let proxy: FeatureProxy;
  let mesh: Mesh;
  let issuer: Issuer;
  beforeAll(async () => {
    mesh = await createMesh();
    issuer = await createIssuer();
    const { transportSocket } = mesh;
    const believed = ['spiffe://cluster.local/ns/shop/sa/*'];
    const edge = { attributes: IDENTITY, trust: { identity: 'edge' } };
    const edgeWithPeers = { attributes: IDENTITY, trust: { identity: 'edge', peers: believed } };
    const inMesh = { attributes: [...IDENTITY, ...PEER], trust: { identity: 'mesh' } };
    const inMeshOfShop = { attributes: IDENTITY, trust: { identity: 'mesh', peers: believed } };
    const from = [{ header: 'x-user-id' }, { jwt: 'sub' }];
    // Whoever sends a request out is believed: the header is, as long as no claim contradicts it.
    const claims = {
      attributes: [{ key: 'user.id', from, to: { header: 'x-user-id' } }],
      trust: { identity: 'mesh' },
    };
    proxy = await startProxy(await launcher(), {
      plain: { configurations: [{ attributes: IDENTITY }] },
      edge: { configurations: [edge] },
      everywhere: { configurations: [{ attributes: EVERYWHERE, trust: { identity: 'edge' } }] },
      'everywhere-plain': { configurations: [{ attributes: EVERYWHERE }] },
      'edge-claims': {
        configurations: [{ ...claims, trust: { identity: 'edge' } }],
        before: [issuer.filter],
      },
      'edge-peers': { configurations: [edgeWithPeers], transportSocket },
      mesh: { configurations: [inMesh], transportSocket },
      'mesh-shop': { configurations: [inMeshOfShop], transportSocket },
      outbound: { configurations: [inMesh], listener: { traffic_direction: 'OUTBOUND' } },
      inbound: { configurations: [inMesh], listener: { traffic_direction: 'INBOUND' } },
      claims: {
        configurations: [claims],
        before: [issuer.filter],
        listener: { traffic_direction: 'OUTBOUND' },
      },
    });
  });
  afterAll(() => proxy.stop());

  /** What the proxy has counted so far, over all its listeners. */
  const untrusted = (): Promise<number> => proxy.count('meshspan_untrusted');

  const believes = { 'user.id': 'mallory', 'tenant.id': 'acme', page: '7' };
  const doubts = { 'user.id': 'anonymous', page: '7' };

  it('without it everybody is believed, and nothing is removed', async () => {
    const { attributes, upstream } = await proxy.see('plain', { headers: SAID });
    expect(attributes).toEqual(believes);
    expect(upstream).toMatchObject({ 'x-user-id': ['mallory'], baggage: [SAID.baggage] });
  });

  it("edge: a stranger's identity is not believed, does not get upstream, and is counted", async () => {
    const before = await untrusted();
    const call = { path: '/?tenant=globex', headers: { ...SAID, 'x-user-id': ['mallory', 'eve'] } };
    const { attributes, upstream } = await proxy.see('edge', call);
    expect(attributes).toEqual(doubts);
    expect(upstream).not.toHaveProperty('x-user-id');
    expect(upstream.baggage).toEqual(['other=1']);
    expect(upstream['x-page']).toEqual(['7']);
    expect(await untrusted()).toBeGreaterThan(before);
  });

  it('edge: a request without identity passes as it is', async () => {
    const { attributes, upstream } = await proxy.see('edge', {
      headers: { 'x-page': '1', baggage: 'other=1' },
    });
    expect(attributes).toEqual({ 'user.id': 'anonymous', page: '1' });
    expect(upstream.baggage).toEqual(['other=1']);
  });

  it('edge: no source of identity is believed, wherever the caller says it', async () => {
    const call = {
      path: '/users/eve?user=eve',
      headers: {
        cookie: 'user=eve',
        baggage: 'user=eve',
        authorization: await issuer.bearer({ sub: 'eve' }),
        'x-user': 'eve',
        'x-enduser': 'eve',
        'x-owner': 'eve',
        'user-agent': 'curl',
      },
    };
    const { attributes } = await proxy.see('everywhere', call);
    expect(attributes).toEqual({ 'user.agent': 'curl', 'user.region': 'eu' });
    const { attributes: believed } = await proxy.see('everywhere-plain', call);
    expect(believed).toEqual({
      ...Object.fromEntries(EVERYWHERE.map(({ key }) => [key, 'eve'])),
      'user.agent': 'curl',
      'user.region': 'eu',
    });
  });

  it('edge: a stranger is who the verified claim says, and that is what the upstream gets', async () => {
    const headers = { 'x-user-id': 'mallory', authorization: await issuer.bearer({ sub: 'alice' }) };
    const { attributes, upstream } = await proxy.see('edge-claims', { headers });
    expect(attributes).toMatchObject({ 'user.id': 'alice' });
    expect(upstream['x-user-id']).toEqual(['alice']);
    const without = await proxy.see('edge-claims', { headers: { 'x-user-id': 'mallory' } });
    expect(without.attributes).toEqual({});
    expect(without.upstream).not.toHaveProperty('x-user-id');
  });

  describe('with mTLS', () => {
    it.each([
      { listener: 'edge-peers', caller: ORDERS, expected: believes },
      { listener: 'edge-peers', caller: ELSEWHERE, expected: doubts },
      { listener: 'edge-peers', caller: undefined, expected: doubts },
      { listener: 'mesh-shop', caller: ORDERS, expected: believes },
      { listener: 'mesh-shop', caller: ELSEWHERE, expected: doubts },
      { listener: 'mesh-shop', caller: undefined, expected: doubts },
    ])('$listener: caller $caller', async ({ listener, caller, expected }) => {
      const tls = caller === undefined ? mesh.stranger : await mesh.caller(caller);
      const { attributes, upstream } = await proxy.see(listener, { headers: SAID, tls });
      expect(attributes).toEqual(expected);
      expect(upstream['x-user-id']).toEqual(expected === believes ? ['mallory'] : undefined);
    });

    it('mesh: any SPIFFE id is believed, and tells who calls', async () => {
      const { attributes } = await proxy.see('mesh', { headers: SAID, tls: await mesh.caller(ELSEWHERE) });
      const peer = { namespace: 'games', account: 'dice', domain: 'cluster.local' };
      expect(attributes).toEqual({ ...believes, ...peer });
    });

    it('mesh: a caller without a certificate is a stranger, and nobody', async () => {
      const { attributes } = await proxy.see('mesh', { headers: SAID, tls: mesh.stranger });
      expect(attributes).toEqual(doubts);
    });
  });

  it('mesh: without mTLS only what a sidecar sends out is believed', async () => {
    expect((await proxy.see('outbound', { headers: SAID })).attributes).toEqual(believes);
    expect((await proxy.see('inbound', { headers: SAID })).attributes).toEqual(doubts);
  });

  it('mesh: on a gateway the direction says nothing', async () => {
    const configuration = { attributes: IDENTITY, trust: { identity: 'mesh' } };
    const listener = { traffic_direction: 'OUTBOUND' };
    const features = { outbound: { configurations: [configuration], listener } };
    const gateway = await startProxy(await launcher(), features, { name: 'router~10.0.0.1~gateway~local' });
    try {
      expect((await gateway.see('outbound', { headers: SAID })).attributes).toEqual(doubts);
    } finally {
      await gateway.stop();
    }
  });

  describe('a verified claim', () => {
    it('goes before a header that contradicts it, which is counted and marked', async () => {
      const before = await untrusted();
      const headers = { 'x-user-id': 'mallory', authorization: await issuer.bearer({ sub: 'alice' }) };
      const { attributes, upstream } = await proxy.see('claims', { headers });
      expect(attributes).toEqual({ 'user.id': 'alice', 'user.id.trust': 'rejected' });
      expect(upstream['x-user-id']).toEqual(['alice']);
      expect(await untrusted()).toBe(before + 1);
    });

    it('and a header that says the same', async () => {
      const headers = { 'x-user-id': 'alice', authorization: await issuer.bearer({ sub: 'alice' }) };
      const { attributes, upstream } = await proxy.see('claims', { headers });
      expect(attributes).toEqual({ 'user.id': 'alice' });
      expect(upstream['x-user-id']).toEqual(['alice']);
    });

    it('that is not there leaves it to the header', async () => {
      const { attributes } = await proxy.see('claims', { headers: { 'x-user-id': 'bob' } });
      expect(attributes).toEqual({ 'user.id': 'bob' });
    });
  });
});
