import { describe, expect, test } from 'vitest';
import { configure, filterModule, istioProxy, PLUGIN, request, startFilter } from './filter.ts';
import type { ProxyProcess } from './proxy/proxy-process.ts';

const COUNTER = 'meshspan_config_errors';
const BROKEN = '{"attributes":[}';
const BROKEN_LINE =
  "MESHSPAN_CONFIG_JSON at $: expected a JSON value, got '}'; line 1, column 16; " +
  'the default attributes stay in force';
const DEFAULTS = { 'user.id': 'alice', 'tenant.id': 'acme', cluster: 'east' };
const HEADERS = [
  ['x-user-id', 'alice'],
  ['x-tenant-id', 'acme'],
] as const;

function messages(proxy: ProxyProcess): string[] {
  return proxy.log.map(({ level, message }) => `${level}: ${message}`);
}

/** The filter started with a configuration that has the problems, and only those, each logged once. */
function expectProblems(configuration: object | string, lines: readonly string[]): void {
  const { proxy } = startFilter(configuration);
  expect(messages(proxy)).toEqual(lines.map((line) => `error: ${line}`));
  expect(proxy.stats.value(COUNTER)).toBe(BigInt(lines.length));
}

describe('a configuration with problems', () => {
  test('that is not JSON: one line, one count, the defaults in force', () => {
    const { proxy, vm, root } = startFilter(BROKEN);
    expect(messages(proxy)).toEqual([`error: ${BROKEN_LINE}`]);
    expect(proxy.stats.value(COUNTER)).toBe(1n);
    expect(request(vm, root, { headers: HEADERS })).toEqual(DEFAULTS);
  });

  test('that has one bad rule: its path, and the others work', () => {
    const { proxy, vm, root } = startFilter({
      attributes: [
        { key: 'a', from: [{ header: 'x-user-id' }] },
        { key: 'b', from: [{ cookies: 'session' }] },
        { key: 'c', from: [{ header: 'x-tenant-id' }] },
      ],
    });
    expect(messages(proxy)).toEqual([
      'error: MESHSPAN_CONFIG_UNKNOWN at $.attributes[1].from[0].cookies: ' +
        'expected one of header, cookie, query, path, baggage, property, peer, node, env, literal, jwt, responseHeader, responseCode, flags, duration, got an unknown field; ' +
        'this attribute is skipped, the others work',
    ]);
    expect(proxy.stats.value(COUNTER)).toBe(1n);
    expect(request(vm, root, { headers: HEADERS })).toEqual({ a: 'alice', c: 'acme' });
  });

  test('counts each of them', () => {
    const skipped = 'this attribute is skipped, the others work';
    expectProblems({ attributes: [1, 2] }, [
      `MESHSPAN_CONFIG_TYPE at $.attributes[0]: expected a record, got the number 1; ${skipped}`,
      `MESHSPAN_CONFIG_TYPE at $.attributes[1]: expected a record, got the number 2; ${skipped}`,
    ]);
  });

  test('none: nothing is logged, and the counter stands at 0 to be alerted on', () => {
    expectProblems('', []);
    expectProblems('{}', []);
  });

  test('larger than the arena: the defaults in force', () => {
    const configuration = ' '.repeat(1024 * 1024 + 1);
    const { proxy, vm, root } = startFilter(configuration);
    expect(messages(proxy)).toEqual([
      'error: MESHSPAN_CONFIG_UNREADABLE at $: expected at most 1048576 bytes, got 1048577 bytes; ' +
        'the default attributes stay in force',
    ]);
    expect(request(vm, root, { headers: HEADERS })).toEqual(DEFAULTS);
  });

  test('as large as the arena is read', () => {
    const text = '{"attributes":[{"key":"k","from":[{"literal":"l"}]}]}';
    const { proxy, vm, root } = startFilter(text + ' '.repeat(1024 * 1024 - text.length));
    expect(messages(proxy)).toEqual([]);
    expect(request(vm, root, {})).toEqual({ k: 'l' });
  });

  // AssemblyScript's decoder checks nothing: ill-formed bytes become some code units, a cut sequence none.
  test('in UTF-8 that is broken: told, or read, but no trap', () => {
    for (const hex of ['ff', '7bff7d', '22e282', '7b2261ed', 'efbbbf7b7d', 'f0']) {
      const { proxy, vm, root } = startFilter();
      vm.configure(root, Uint8Array.from(Buffer.from(hex, 'hex')));
      expect(messages(proxy).length).toBeLessThanOrEqual(1);
      expect(request(vm, root, { headers: HEADERS })).toEqual(DEFAULTS);
    }
  });
});

// Who reads the log of a fleet reads it line by line, and pays for it by the byte.
describe('a log line', () => {
  test('stays one line whatever the configuration holds, so that none can be forged', () => {
    expectProblems('{"attributes":\n[\u0007]}', [
      "MESHSPAN_CONFIG_JSON at $: expected a JSON value, got '\\u0007'; line 2, column 2; " +
        'the default attributes stay in force',
    ]);
    expectProblems({ attributes: [{ 'a\r\n[critical] b\u0085': 1 }] }, [
      'MESHSPAN_CONFIG_UNKNOWN at $.attributes[0].a\\u000d\\u000a[critical] b\\u0085: ' +
        'expected one of key, from, default, maxLength, ambiguous, identity, to, ' +
        'lowercase, pattern, allow, hash, mask, maxDistinct, got an unknown field; ' +
        'this attribute is skipped, the others work',
    ]);
    expectProblems('{"attributes":"\\ud800\\u0000é😀"}', [
      'MESHSPAN_CONFIG_TYPE at $.attributes: expected a list, got the text "\\ud800\\u0000é😀"; ' +
        'the default attributes stay in force',
    ]);
  });

  test('stays short whatever the configuration holds', () => {
    const { proxy } = startFilter({ attributes: [{ key: 'k'.repeat(500_000), from: [{ header: 'h' }] }] });
    expect(proxy.log).toHaveLength(1);
    expect(proxy.log[0]?.message).toMatch(
      /^MESHSPAN_CONFIG_VALUE at \$\.attributes\[0\]\.key: .* got "kkk.*k…; /,
    );
    expect(proxy.log[0]?.message.length).toBeLessThan(500);
  });
});

// Shared data is the only thing that the VMs of a process have in common; it has no expiry of its own.
describe('the same problem in several VMs of a process', () => {
  /** Envoy configures a plugin in the main thread's VM, twice, and in each worker's. */
  function startWorkers(proxy: ProxyProcess, configuration: string): void {
    for (let i = 0; i < 4; i++) {
      const { vm, root } = startFilter(configuration, proxy);
      if (i === 0) configure(vm, root, configuration);
    }
  }

  test('is told once', () => {
    const proxy = istioProxy();
    startWorkers(proxy, BROKEN);
    expect(messages(proxy)).toEqual([`error: ${BROKEN_LINE}`]);
    expect(proxy.stats.value(COUNTER)).toBe(1n);
  });

  test('is told again, once, when it is still there a minute later', () => {
    const proxy = istioProxy();
    startWorkers(proxy, BROKEN);
    proxy.advance(59.999);
    startWorkers(proxy, BROKEN);
    expect(proxy.stats.value(COUNTER)).toBe(1n);
    proxy.advance(0.001);
    startWorkers(proxy, BROKEN);
    expect(messages(proxy)).toEqual([`error: ${BROKEN_LINE}`, `error: ${BROKEN_LINE}`]);
    proxy.advance(60);
    startWorkers(proxy, BROKEN);
    expect(proxy.stats.value(COUNTER)).toBe(3n);
  });

  test('is told once although another VM read the clock later', () => {
    const proxy = istioProxy();
    startWorkers(proxy, BROKEN);
    proxy.advance(-0.5);
    startWorkers(proxy, BROKEN);
    expect(proxy.stats.value(COUNTER)).toBe(1n);
  });

  test('is told by one of two VMs that come to it in the same instant', () => {
    const proxy = istioProxy();
    const vms = [proxy.startVm(filterModule), proxy.startVm(filterModule)] as const;
    startFilter(BROKEN, proxy);
    proxy.advance(61);
    // The second VM tells while the first stands between reading the old time and setting the new one.
    let raced = false;
    vms[0].fault = (name) => {
      if (name === 'proxy_get_shared_data' && !raced) {
        raced = true;
        return undefined;
      }
      if (raced && name === 'proxy_set_shared_data') {
        raced = false;
        vms[0].fault = undefined;
        configure(vms[1], vms[1].createRoot(PLUGIN), BROKEN);
      }
      return undefined;
    };
    configure(vms[0], vms[0].createRoot(PLUGIN), BROKEN);
    expect(proxy.log).toHaveLength(2);
    expect(proxy.stats.value(COUNTER)).toBe(2n);
  });

  test('is told of each plugin that has it', () => {
    const proxy = istioProxy();
    const vm = proxy.startVm(filterModule);
    for (const plugin of [
      { name: 'a', rootId: 'x' },
      { name: 'b', rootId: 'x' },
      { name: 'b', rootId: 'y' },
    ]) {
      const root = vm.createRoot(plugin);
      configure(vm, root, BROKEN);
      configure(vm, root, BROKEN);
    }
    expect(proxy.stats.value(COUNTER)).toBe(3n);
  });
});

test('of many problems the first 20 are told, and how many more there are', () => {
  const { proxy } = startFilter({ attributes: Array(100).fill(1) });
  expect(proxy.log).toHaveLength(21);
  expect(proxy.log.at(-1)?.message).toBe('and 80 more mistakes; mend these first');
  expect(proxy.stats.value('meshspan_config_errors')).toBe(21n);
});

test('more attributes than a plugin may have: the first 128 work', () => {
  const attributes = Array.from({ length: 200 }, (_, i) => ({ key: `k${i}`, from: [{ literal: 'l' }] }));
  const { proxy, vm, root } = startFilter({ attributes });
  expect(messages(proxy)).toEqual([
    'error: MESHSPAN_CONFIG_VALUE at $.attributes: expected at most 128 attributes, got 200; ' +
      'those that are too many are skipped, the others work',
  ]);
  expect(Object.keys(request(vm, root, {}))).toHaveLength(128);
});

test('a host that keeps no shared data is told too', () => {
  const { proxy, vm, root } = startFilter();
  vm.fault = (name) => (name === 'proxy_set_shared_data' ? 10 : undefined);
  vm.configure(root, '{');
  expect(messages(proxy)).toHaveLength(1);
});

test.each([':', 'x org', 'é', 'a:b', '::path', 'a\u0000'])('%j is the name of no header', (header) => {
  const { proxy } = startFilter({ attributes: [{ key: 'k', from: [{ header }] }] });
  expect(messages(proxy)).toEqual([
    expect.stringMatching(
      /^error: MESHSPAN_CONFIG_VALUE at .*from\[0\]\.header: expected the name of a header, got "/,
    ),
  ]);
});

test('a message that is no StringValue comes in binary: the line says what to do', () => {
  // google.protobuf.Struct: field 1, a map entry with the key "attributes".
  const struct = Uint8Array.of(0x0a, 0x1c, 0x0a, 0x0a, ...Buffer.from('attributes'), 0x12, 0x0e, 0x32, 0x0c);
  const { proxy, vm, root } = startFilter();
  vm.configure(root, struct);
  expect(messages(proxy)).toEqual([
    expect.stringContaining(
      '(make `configuration` a google.protobuf.StringValue); the default attributes stay',
    ),
  ]);
});

test('a text that is not JSON has no such hint', () => {
  for (const text of ['\n{"attributes":', '  {', 'attributes: []']) {
    expect(startFilter(text).proxy.log[0]?.message).not.toContain('StringValue');
  }
});
