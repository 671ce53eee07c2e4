import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTrace } from '../client.ts';
import { describeWithEnvoy } from '../launchers.ts';
import { createMesh, type Mesh } from './certificates.ts';
import type { Json } from './listeners.ts';
import { type Call, type FeatureProxy, type Seen, startProxy } from './proxy.ts';

const MARKER = 'x-meshspan-sampled';
const ATTRIBUTES = [
  { key: 'tenant.id', from: [{ header: 'x-tenant' }] },
  { key: 'user.id', from: [{ header: 'x-user' }] },
];
const SAMPLING = {
  always: [
    { when: { 'tenant.id': ['acme', 'globex'], 'user.id': 'alice' } },
    { when: { 'tenant.id': 'initech' } },
  ],
};

/** A route that is traced, whatever the listener says. */
const traced = (match: Json): Json => ({
  name: 'traced',
  match: { prefix: '/', ...match },
  route: { cluster: 'echo' },
  tracing: { random_sampling: { numerator: 100 } },
});
/** By filter state, which nobody outside can set. */
const BY_STATE = traced({
  filter_state: [{ key: 'wasm.meshspan.sampled', string_match: { exact: '1' } }],
});
/** By the marker, for hops whose callers are believed: Envoy decides before a filter could take it away. */
const BY_MARKER = traced({ headers: [{ name: MARKER, string_match: { exact: '1' } }] });
/** In front of those: shows whether Envoy has looked for a route again after `FLIP`. */
const FLIPPED = {
  name: 'flipped',
  match: { prefix: '/', headers: [{ name: 'x-flip', present_match: true }] },
  route: { cluster: 'echo' },
};
/** Asks for the route, and then changes a header that decides on it without having Envoy look again. */
const FLIP: Json = {
  name: 'flip',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
    clear_route_cache: false,
    default_source_code: {
      inline_string:
        "function envoy_on_request(h) h:streamInfo():routeName() h:headers():replace('x-flip', '1') end",
    },
  },
};

describeWithEnvoy('sampling by attribute', (launcher) => {
  let proxy: FeatureProxy;
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await createMesh();
    const tracing = { random_sampling: { value: 0 } };
    const configuration = { attributes: ATTRIBUTES, sampling: SAMPLING };
    const trusting = { ...configuration, trust: { identity: 'mesh' } };
    const { transportSocket } = mesh;
    proxy = await startProxy(await launcher(), {
      state: { configurations: [configuration], tracing, routes: [BY_STATE] },
      marker: { configurations: [configuration], tracing, routes: [BY_MARKER] },
      named: {
        configurations: [{ ...configuration, sampling: { ...SAMPLING, header: 'x-keep' } }],
        tracing,
      },
      mesh: { configurations: [trusting], tracing, routes: [BY_STATE, BY_MARKER], transportSocket },
      flipping: { configurations: [configuration], before: [FLIP], routes: [FLIPPED, BY_STATE] },
      all: { configurations: [configuration] },
    });
  });
  afterAll(() => proxy.stop());

  /** The request as it was seen, and whether spans of it were exported. */
  async function sample(listener: string, call: Call): Promise<Seen & { exported: boolean }> {
    const seen = await proxy.see(listener, { ...call, traced: false, sampled: false });
    // Envoy exports spans in the order in which they end: those of a later request tell that there are no more.
    await proxy.see('all');
    return { ...seen, exported: proxy.collector.trace(seen.traceId) !== undefined };
  }

  describe.each(['state', 'marker'])('a route that matches the %s', (listener) => {
    it.each([
      { sent: { 'x-tenant': 'initech' }, hit: true },
      { sent: { 'x-tenant': 'globex', 'x-user': 'alice' }, hit: true },
      { sent: { 'x-tenant': 'globex', 'x-user': 'bob' }, hit: false },
      { sent: { 'x-user': 'alice' }, hit: false },
      { sent: {}, hit: false },
    ])('$sent: $hit', async ({ sent, hit }) => {
      const { exported, upstream, route } = await sample(listener, { headers: sent });
      expect({ exported, marker: upstream[MARKER], route }).toEqual({
        exported: hit,
        marker: hit ? ['1'] : undefined,
        route: hit ? 'traced' : undefined,
      });
    });
  });

  it.each(['1', '0', ['1', '1']].map((marker) => ({ marker })))(
    "a stranger's marker $marker samples nothing, and is removed",
    async ({ marker }) => {
      const before = await proxy.count('meshspan_untrusted');
      const headers = { 'x-tenant': 'hooli', [MARKER]: marker };
      const { exported, upstream } = await sample('state', { headers });
      expect(exported).toBe(false);
      expect(upstream).not.toHaveProperty(MARKER);
      expect(await proxy.count('meshspan_untrusted')).toBe(before + 1);
    },
  );

  it.each(['1', 'no'])("a stranger's marker (%s) does not matter where a rule hits", async (marker) => {
    const headers = { 'x-tenant': 'initech', [MARKER]: marker };
    const { exported, upstream } = await sample('state', { headers });
    expect(exported).toBe(true);
    expect(upstream[MARKER]).toEqual(['1']);
  });

  it('a trace that its caller has marked as not sampled stays so', async () => {
    const traceparent = newTrace().traceparent.replace(/01$/, '00');
    const { exported, upstream } = await sample('state', { headers: { traceparent, 'x-tenant': 'initech' } });
    expect(exported).toBe(false);
    expect(upstream[MARKER]).toEqual(['1']);
  });

  it("a peer's marker is believed and goes on; a stranger's does not go on", async () => {
    const tls = await mesh.caller('spiffe://cluster.local/ns/shop/sa/orders');
    const headers = { [MARKER]: '1' };
    const peer = await sample('mesh', { headers, tls });
    expect(peer.exported).toBe(true);
    expect(peer.upstream[MARKER]).toEqual(['1']);
    const stranger = await sample('mesh', { headers, tls: mesh.stranger });
    expect(stranger.upstream).not.toHaveProperty(MARKER);
  });

  it('the marker can have another name', async () => {
    const { upstream } = await sample('named', { headers: { 'x-tenant': 'initech', [MARKER]: '1' } });
    expect(upstream).toMatchObject({ 'x-keep': ['1'], [MARKER]: ['1'] });
  });

  it('Envoy looks for a route again only where a rule hits', async () => {
    const miss = await proxy.see('flipping', { headers: { 'x-tenant': 'hooli' } });
    expect(miss.upstream['x-flip']).toEqual(['1']);
    expect(miss.route).toBeUndefined();
    const hit = await proxy.see('flipping', { headers: { 'x-tenant': 'initech' } });
    expect(hit.route).toBe('flipped');
  });

  it('and counts them', async () => {
    const before = await proxy.count('meshspan_sampled');
    await sample('state', { headers: { 'x-tenant': 'initech' } });
    expect(await proxy.count('meshspan_sampled')).toBe(before + 1);
  });
});
