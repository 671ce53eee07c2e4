import { expect, test } from 'vitest';
import { attributesOf, counters, filterModule, istioProxy, PLUGIN, startFilter } from '../filter.ts';

const RIGHT = { attributes: [{ key: 'k', from: [{ header: 'h' }] }] };
const MISTAKES: readonly object[] = [
  { attributes: [{ key: 'k', from: [] }] },
  { ...RIGHT, unknown: 1 },
  { ...RIGHT, trust: { identity: 'none' } },
  { ...RIGHT, spanName: ['no path'] },
  { ...RIGHT, sampling: {} },
  { ...RIGHT, debugWhen: [{}] },
  { ...RIGHT, traceId: { responseHeader: 'host' } },
  { ...RIGHT, output: 'headers' },
];
const configure = (configuration: object | string): { taken: boolean; log: string[] } => {
  const proxy = istioProxy();
  const vm = proxy.startVm(filterModule);
  const text = typeof configuration === 'string' ? configuration : JSON.stringify(configuration);
  return { taken: vm.configure(vm.createRoot(PLUGIN), text), log: proxy.log.map(({ message }) => message) };
};

test('a configuration without a mistake is taken, strict or not', () => {
  for (const strict of [true, false])
    expect(configure({ ...RIGHT, strict })).toEqual({ taken: true, log: [] });
});

test.each(MISTAKES)('%j is refused where strict, and told of either way', (mistake) => {
  const { taken, log } = configure({ ...mistake, strict: true });
  expect(taken).toBe(false);
  expect(log).toEqual([expect.stringMatching(/; strict: the configuration is refused$/)]);
  // The same mistake, with what follows from it.
  const lax = configure({ ...mistake, strict: false });
  expect(lax).toEqual(configure(mistake));
  expect(lax.taken).toBe(true);
  expect(lax.log).toEqual([expect.stringContaining(String(log[0]).split('; strict')[0] as string)]);
});

test('what is no JSON, or says nothing of strict that can be read, is never refused', () => {
  for (const text of ['{"strict":true', '[]', '{"strict":1}', '{"strict":"true","unknown":1}']) {
    const { taken, log } = configure(text);
    expect(taken).toBe(true);
    expect(log.length).toBeGreaterThan(0);
  }
});

test('a plugin that refuses its new configuration goes on with the old one', () => {
  const filter = startFilter(RIGHT);
  expect(filter.vm.configure(filter.root, JSON.stringify({ attributes: [{}], strict: true }))).toBe(false);
  const stream = filter.vm.createStream(filter.root, { headers: [['h', 'v']] });
  filter.vm.requestHeaders(stream);
  expect(attributesOf(stream)).toEqual({ k: 'v' });
  expect(counters(filter)).toMatchObject({ config_errors: 1 });
});

test('a plugin that never took a configuration lets every request pass', () => {
  const vm = istioProxy().startVm(filterModule);
  const root = vm.createRoot(PLUGIN);
  expect(vm.configure(root, '{"strict":true,"unknown":1}')).toBe(false);
  const stream = vm.createStream(root, { headers: [['x-user-id', 'alice']] });
  expect([vm.requestHeaders(stream), vm.responseHeaders(stream)]).toEqual([0, 0]);
  expect(attributesOf(stream)).toEqual({});
});
