import { describe, expect, test } from 'vitest';
import { counters, exchange, type Filter, startFilter } from '../filter.ts';
import type { Headers } from '../proxy/header-map.ts';

const attributes = [
  { key: 'tenant.id', from: [{ header: 'x-tenant' }], lowercase: true },
  { key: 'plan', from: [{ header: 'x-plan' }] },
];
const MARKER = 'x-meshspan-sampled';
const start = (fields: object): Filter => startFilter({ attributes, ...fields });
const always = [
  { when: { 'tenant.id': ['acme', 'globex'], plan: 'gold' } },
  { when: { 'tenant.id': 'initech' } },
];
const tenant = (id: string, plan?: string): Headers => [
  ['x-tenant', id],
  ...(plan === undefined ? [] : [['x-plan', plan] as const]),
];

describe('sampling', () => {
  const marked = (headers: Headers, fields: object = {}): string | undefined => {
    const filter = start({ sampling: { always }, ...fields });
    expect(filter.proxy.log).toEqual([]);
    return exchange(filter, { headers }).request.find(([name]) => name === MARKER)?.[1];
  };

  test.each<[what: string, headers: Headers, hit: boolean]>([
    ['all members of a rule hold', tenant('acme', 'gold'), true],
    ['another of its values', tenant('globex', 'gold'), true],
    ['the value after its rules', tenant('ACME', 'gold'), true],
    ['one member does not hold', tenant('acme', 'free'), false],
    ['one member has no value', tenant('acme'), false],
    ['the second rule', tenant('initech', 'free'), true],
    ['a beginning of a value', tenant('acm', 'gold'), false],
    ['nothing', [], false],
  ])('%s', (_what, headers, hit) => {
    expect(marked(headers)).toBe(hit ? '1' : undefined);
  });

  // Envoy has chosen the route before any filter ran: a mark that came with the request has had its say by then.
  test('a hit has the route chosen anew, also where the marker is there already', () => {
    const filter = start({ sampling: { always } });
    for (const [headers, isHit] of [
      [tenant('initech'), true],
      [[...tenant('initech'), [MARKER, '1']], true],
      [tenant('other'), false],
    ] as [Headers, boolean][]) {
      const { attributes, routeCleared } = exchange(filter, { headers });
      expect(routeCleared).toBe(isHit);
      // Filter state that a route can match, and that nobody outside can set.
      expect(attributes.sampled).toBe(isHit ? '1' : undefined);
    }
    expect(counters(filter)).toMatchObject({ sampled: 2 });
  });

  test('the marker of a stranger goes; without trust everybody is one', () => {
    const filter = start({ sampling: { always } });
    for (const value of ['1', '0', '']) {
      expect(exchange(filter, { headers: [...tenant('other'), [MARKER, value]] }).request).toEqual(
        tenant('other'),
      );
    }
    expect(counters(filter)).toMatchObject({ untrusted: 3 });
    expect(
      exchange(filter, { headers: [...tenant('initech'), [MARKER, '0'], [MARKER, '2']] }).request,
    ).toEqual([...tenant('initech'), [MARKER, '1']]);
  });

  test('the marker of the mesh stays: a trace is sampled on all of its hops', () => {
    const trust = { identity: 'mesh' };
    const properties = { connection: { uri_san_peer_certificate: 'spiffe://td/ns/a/sa/b' } };
    const headers: Headers = [...tenant('other'), [MARKER, '1']];
    const filter = start({ sampling: { always }, trust });
    expect(exchange(filter, { headers, properties }).request).toEqual(headers);
    expect(exchange(filter, { headers, properties }).routeCleared).toBe(false);
    // A stranger's marker goes, and with it what it says of the tenant.
    expect(exchange(filter, { headers }).request).toEqual([]);
  });

  test('under a name of its own', () => {
    const filter = start({ sampling: { always, header: 'X-Force' } });
    const { request } = exchange(filter, { headers: [...tenant('initech'), [MARKER, 'mine']] });
    expect(request).toEqual([...tenant('initech'), [MARKER, 'mine'], ['x-force', '1']]);
  });

  test('a rule with a mistake is left out, the others work', () => {
    const rules = [
      { when: { other: 'v' } },
      { when: { plan: 7 } },
      { when: { plan: 'gold' }, unknown: 1 },
      { when: { plan: 'gold' } },
    ];
    const filter = start({ sampling: { always: rules } });
    expect(filter.proxy.log).toHaveLength(3);
    expect(exchange(filter, { headers: [['x-plan', 'gold']] }).request).toContainEqual([MARKER, '1']);
  });
});

describe('debugWhen', () => {
  const log = (filter: Filter, headers: Headers): string[] => {
    filter.proxy.log.length = 0;
    exchange(filter, { headers });
    return filter.proxy.log.map(({ level, message }) => `${level} ${message}`);
  };

  test.each(['trace', 'debug', 'info', 'warn', 'error'])('one line of level %s', (logLevel) => {
    const filter = start({ debugWhen: [{ when: { 'tenant.id': 'acme' }, logLevel }] });
    const headers: Headers = [[':method', 'GET'], [':path', '/a/b?secret=1'], ...tenant('acme')];
    expect(log(filter, headers)).toEqual([`${logLevel} meshspan: GET /a/b tenant.id=acme plan=-`]);
    expect(log(filter, tenant('other'))).toEqual([]);
  });

  test('info by default, one line for each rule that holds', () => {
    const filter = start({
      debugWhen: [
        { when: { plan: 'gold' } },
        { when: { 'tenant.id': 'x' } },
        { when: { plan: ['a', 'gold'] }, logLevel: 'warn' },
      ],
    });
    const lines = log(filter, [
      [':method', 'GET'],
      [':path', '/'],
      ['x-plan', 'gold'],
    ]);
    expect(lines).toEqual([
      'info meshspan: GET / tenant.id=- plan=gold',
      'warn meshspan: GET / tenant.id=- plan=gold',
    ]);
  });

  test('a path cannot forge a line, nor a value', () => {
    const filter = start({ debugWhen: [{ when: { plan: 'gold' } }] });
    const [line, ...more] = log(filter, [
      [':method', 'GET\n'],
      [':path', '/a\r\nforged: \u001b[31m\0'],
      ['x-plan', 'gold'],
      ['x-tenant', 'a\nb'],
    ]);
    expect(more).toEqual([]);
    expect(line).toMatch(/^info meshspan: [^\p{Cc}]*$/u);
  });

  test('a long path does not make a line without end', () => {
    const filter = start({ debugWhen: [{ when: { plan: 'gold' } }] });
    const [line = ''] = log(filter, [
      [':method', 'GET'],
      [':path', `/${'x'.repeat(60_000)}`],
      ['x-plan', 'gold'],
    ]);
    expect(line.length).toBeLessThanOrEqual(8192 + 'info '.length);
  });

  test('is no mistake of the configuration, and costs other requests no host call', () => {
    const filter = start({ debugWhen: [{ when: { plan: 'gold' } }] });
    filter.vm.record.start();
    exchange(filter, { headers: tenant('other') });
    expect(filter.vm.record.calls.filter((call) => !call.includes('set_property'))).toEqual([
      'proxy_get_header_map_pairs(RequestHeaders) = Ok 1 headers',
    ]);
    expect(counters(filter).config_errors).toBeUndefined();
  });
});
