import { expect, test } from 'vitest';
import { configure, type Filter, ISTIO_NODE, startFilter } from './filter.ts';
import type { Headers } from './proxy/header-map.ts';
import { ProxyProcess } from './proxy/proxy-process.ts';

const KIB = 1024;
/** A page of WebAssembly's memory: the least by which it can grow. */
const PAGE = 64 * KIB;
const REQUESTS = 1_000_000;
const RECONFIGURATIONS = 10_000;
/** Requests, and configurations, after which all that the VM needs once is there. */
const WARM = 2_000;
const LONGEST = 16 * KIB;

/** Numbers that look random and are the same in each run (Park and Miller). */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

/** Every feature at once; `number` makes each configuration another one. */
function mixed(number: number): object {
  const own = Array.from({ length: number % 20 }, (_, i) => ({
    key: `own.${number}.${i}`,
    from: [{ header: `x-${i}` }, { query: `q${i}` }, { property: `a.b${i}` }],
    default: 'd'.repeat((number * 7) % 100),
    ...(i === 0 && { to: { metric: true }, maxDistinct: 1 + (number % 50) }),
  }));
  return {
    trust: { identity: 'mesh', peers: ['spiffe://td/ns/*/sa/*'] },
    spanName: Array.from({ length: 1 + (number % 60) }, (_, i) => `GET /part-${i}/{id}/**`),
    sampling: { always: [{ when: { plan: ['gold', `v${number}`] } }] },
    debugWhen: [{ when: { plan: 'gold' }, logLevel: 'debug' }],
    traceId: { responseHeader: number % 2 === 0 ? 'x-trace-id' : 'server-timing' },
    attributes: [
      {
        key: 'user.id',
        from: [{ jwt: 'sub' }, { header: 'x-user-id' }],
        to: { header: 'x-user', baggage: true },
        hash: { algorithm: 'hmac-sha256', keyEnv: 'KEY' },
      },
      {
        key: 'tenant.id',
        from: [{ header: 'x-tenant-id' }, { cookie: 'tenant' }],
        to: { metric: true, responseHeader: 'x-tenant' },
        maxDistinct: 100,
      },
      { key: 'user.name', from: [{ jwt: 'name', unverified: true }], maxLength: 64, mask: 2 },
      { key: 'path', from: [{ path: '/{first}/**' }, { query: 'p' }], lowercase: true },
      { key: 'plan', from: [{ header: 'x-plan' }], pattern: '[a-z]*', to: { baggage: 'plan' } },
      {
        key: 'cache',
        from: [{ responseHeader: 'x-cache' }, { flags: true }, { responseCode: true }],
        to: { metric: true },
      },
      { key: 'ms', from: [{ duration: true }] },
      { key: 'cluster', from: [{ node: 'CLUSTER_ID' }] },
      ...own,
    ],
  };
}

const random = sequence(7);
const LONG = Buffer.alloc(LONGEST, 'v');
const PAYLOAD = Buffer.from(JSON.stringify({ sub: 'alice', name: 'Alice \u00e9"', aud: ['a'] })).toString(
  'base64url',
);
/** A value from nothing to 16 KB: most short, as they are, and each length now and then. */
const value = (): Buffer => LONG.subarray(0, random(4) === 0 ? random(LONGEST + 1) : random(64));

/** Headers of a request, and of its response. */
function traffic(i: number): { request: Headers; response: Headers } {
  return {
    request: [
      [':method', i % 3 === 0 ? 'GET' : 'POST'],
      [':path', `/part-${i % 70}/${value()}?p=${i}`],
      ['x-user-id', value()],
      ['x-tenant-id', i % 5 === 0 ? value() : `tenant-${i % 300}`],
      ['x-plan', i % 100 === 0 ? 'gold' : value()],
      ['cookie', `tenant=${i}; b=${value()}`],
      ['baggage', `a=${value()},plan=old,user.id=mallory`],
      ['authorization', `Bearer e30.${PAYLOAD}.c2ln`],
      ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ],
    response: [
      [':status', i % 50 === 0 ? '503' : '200'],
      ['x-cache', i % 2 === 0 ? 'HIT' : value()],
    ],
  };
}

/** Whose word is taken, and whose is not. */
const PEERS = [{}, { connection: { uri_san_peer_certificate: 'spiffe://td/ns/shop/sa/web' } }];

function startMixed(): Filter {
  const filter = startFilter(mixed(0), new ProxyProcess(ISTIO_NODE, { KEY: 'a key' }));
  expect(filter.proxy.log).toEqual([]);
  return filter;
}

/** One request, whose response does not always come. */
function send({ vm, root }: Filter, i: number): void {
  const { request, response } = traffic(i);
  const stream = vm.createStream(root, { headers: request, properties: PEERS[i % 2] ?? {} });
  vm.requestHeaders(stream);
  if (i % 11 !== 0) vm.responseHeaders(stream, { headers: response });
  vm.destroy(stream);
}

test('1,000,000 requests with every feature, and values from 0 to 16 KB, keep the memory flat', () => {
  const filter = startMixed();
  let warm = 0;
  for (let i = 0; i < REQUESTS; i++) {
    send(filter, i);
    if (i % 1000 === 0) {
      filter.vm.tick(filter.root);
      filter.proxy.log.length = 0;
    }
    if (i === WARM) warm = filter.vm.memory.size;
  }
  expect(filter.proxy.stats.value('meshspan_requests')).toBeGreaterThan(BigInt(REQUESTS - 1000));
  expect(Math.abs(filter.vm.memory.size - warm)).toBeLessThanOrEqual(PAGE);
  expect(filter.vm.outOfBounds).toBe(0);
});

test('10,000 configurations with every feature, each another, keep the memory flat', () => {
  const filter = startMixed();
  let warm = 0;
  for (let i = 0; i < RECONFIGURATIONS; i++) {
    configure(filter.vm, filter.root, mixed(i));
    for (let j = 0; j < 3; j++) send(filter, i + j);
    if (i % 10 === 0) filter.vm.tick(filter.root);
    filter.proxy.log.length = 0;
    if (i === WARM) warm = filter.vm.memory.size;
    // Fails early: a VM that grows makes each further step slower.
    if (warm > 0 && i % 1000 === 0) expect(filter.vm.memory.size - warm).toBeLessThanOrEqual(PAGE);
  }
  expect(Math.abs(filter.vm.memory.size - warm)).toBeLessThanOrEqual(PAGE);
});
