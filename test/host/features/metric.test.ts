import { expect, test } from 'vitest';
import { configure, exchange, type Filter, filterModule, PLUGIN, startFilter } from '../filter.ts';

/** Metrics of attributes by what Prometheus makes of their names, `tenant_id=acme requests`. */
function series({ proxy, vm, root }: Filter): Record<string, number> {
  vm.tick(root);
  const counted: Record<string, number> = {};
  for (const name of proxy.stats.names) {
    // What `stats_tags` takes for a label, and Istio's `extraStatTags` too.
    const [, label, value, rest] = /^(\w+)=\.=(.*?);\.;(\w+)$/.exec(name) ?? [];
    if (label === undefined || label === 'meshspan_version') continue;
    expect(rest).toMatch(new RegExp(`^meshspan_${label}_(requests|errors)$`));
    counted[`${label}=${value} ${rest?.replace(/^.*_/, '')}`] = Number(proxy.stats.value(name));
  }
  return counted;
}

const start = (fields: object = {}): Filter =>
  startFilter({
    attributes: [{ key: 'tenant.id', from: [{ header: 'h' }], to: { metric: true }, ...fields }],
  });
const send = (filter: Filter, value: string | undefined, status = '200'): void => {
  exchange(
    filter,
    { headers: value === undefined ? [] : [['h', value]] },
    { headers: [[':status', status]] },
  );
};

test('requests and errors are counted by value', () => {
  const filter = start();
  for (const status of ['200', '404', '499', '500', '503', '599', '', '99', '5000'])
    send(filter, 'acme', status);
  send(filter, 'globex');
  send(filter, undefined, '503');
  expect(series(filter)).toEqual({
    'tenant_id=acme requests': 9,
    'tenant_id=acme errors': 3,
    'tenant_id=globex requests': 1,
    'tenant_id=globex errors': 0,
  });
});

test('a request without a response counts as a request', () => {
  const filter = start();
  exchange(filter, { headers: [['h', 'acme']] });
  expect(series(filter)).toEqual({ 'tenant_id=acme requests': 1, 'tenant_id=acme errors': 0 });
});

test('on the tick and only then, and nothing twice', () => {
  const filter = start();
  send(filter, 'acme', '503');
  expect(filter.proxy.stats.value('tenant_id=.=acme;.;meshspan_tenant_id_requests')).toBe(0n);
  expect(series(filter)).toEqual(series(filter));
  filter.vm.record.start();
  send(filter, 'acme', '503');
  // The series is known: counting asks for the status and, for the error, the value.
  expect(filter.vm.record.calls.filter((call) => call.includes('metric'))).toEqual([]);
});

test('the value after all rules', () => {
  const filter = start({ lowercase: true, allow: ['acme'] });
  for (const value of ['ACME', 'acme', 'x']) send(filter, value);
  expect(series(filter)).toMatchObject({ 'tenant_id=acme requests': 2, 'tenant_id=other requests': 1 });
});

test.each([
  ['a;b', 'a_b'],
  [';.;', '_._'],
  ['a=.=b', 'a_._b'],
  ['é', 'é'],
])('a value that may end the label: %s', (value, label) => {
  const filter = start();
  send(filter, value);
  expect(series(filter)).toMatchObject({ [`tenant_id=${label} requests`]: 1 });
});

test.each([
  ['tenant.id', 'tenant_id'],
  ['A-b_9.Z', 'A_b_9_Z'],
])('the label of %s is %s', (key, label) => {
  const filter = start({ key });
  send(filter, 'v');
  expect(series(filter)).toEqual({ [`${label}=v requests`]: 1, [`${label}=v errors`]: 0 });
});

test('100 values by default, maxDistinct where it is set; the others are one', () => {
  for (const [fields, most] of [
    [{}, 100],
    [{ maxDistinct: 3 }, 3],
  ] as const) {
    const filter = start(fields);
    for (let i = 0; i < most + 5; i++) send(filter, `v${i}`, '503');
    send(filter, 'v0', '503');
    const counted = series(filter);
    expect(Object.keys(counted)).toHaveLength((most + 1) * 2);
    expect(counted).toMatchObject({
      'tenant_id=v0 errors': 2,
      'tenant_id=other requests': 5,
      'tenant_id=other errors': 5,
    });
    expect(counted[`tenant_id=v${most}`]).toBeUndefined();
  }
});

test('of the response, counted once it is known', () => {
  const filter = start({ from: [{ header: 'h' }, { responseHeader: 'x-tenant' }] });
  exchange(
    filter,
    {},
    {
      headers: [
        [':status', '500'],
        ['x-tenant', 'acme'],
      ],
    },
  );
  exchange(
    filter,
    { headers: [['h', 'acme']] },
    {
      headers: [
        [':status', '200'],
        ['x-tenant', 'no'],
      ],
    },
  );
  expect(series(filter)).toEqual({ 'tenant_id=acme requests': 2, 'tenant_id=acme errors': 1 });
});

test('all VMs of a proxy count together, and a new configuration goes on where the old one was', () => {
  const filter = start();
  send(filter, 'acme');
  const vm = filter.proxy.startVm(filterModule);
  const other = { proxy: filter.proxy, vm, root: vm.createRoot(PLUGIN) };
  const attributes = [{ key: 'tenant.id', from: [{ header: 'h' }], to: { metric: true } }];
  configure(vm, other.root, { attributes });
  send(other, 'acme', '500');
  series(other);
  configure(filter.vm, filter.root, { attributes, spanName: ['/a'] });
  send(filter, 'acme');
  expect(series(filter)).toEqual({ 'tenant_id=acme requests': 3, 'tenant_id=acme errors': 1 });
});
