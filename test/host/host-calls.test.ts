import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  BUILT,
  BUILT_REQUEST,
  type Filter,
  filterModule,
  ISTIO_NODE,
  istioProxy,
  MODULES,
  PLUGIN,
  requestModule,
  startFilter,
} from './filter.ts';
import { ProxyProcess } from './proxy/proxy-process.ts';
import type { Request } from './proxy/vm.ts';

/** All that the filter may ask a host for. `capability_restriction_config` must allow every one of them. */
const IMPORTS = [
  'environ_get',
  'environ_sizes_get',
  'proxy_add_header_map_value',
  'proxy_define_metric',
  'proxy_get_buffer_bytes',
  'proxy_get_current_time_nanoseconds',
  'proxy_get_header_map_pairs',
  'proxy_get_header_map_value',
  'proxy_get_metric',
  'proxy_get_property',
  'proxy_get_shared_data',
  'proxy_increment_metric',
  'proxy_log',
  'proxy_record_metric',
  'proxy_remove_header_map_value',
  'proxy_replace_header_map_value',
  'proxy_set_effective_context',
  'proxy_set_property',
  'proxy_set_shared_data',
  'proxy_set_tick_period_milliseconds',
];

/** Each callback in this list but the tick costs every request a VM entry: it must earn its place. */
const EXPORTS = [
  '_initialize',
  'memory',
  'proxy_abi_version_0_2_1',
  'proxy_on_configure',
  'proxy_on_context_create',
  'proxy_on_memory_allocate',
  'proxy_on_request_headers',
  'proxy_on_response_headers',
  'proxy_on_tick',
];

const FOUR_SOURCES = {
  attributes: [
    { key: 'user.id', from: [{ header: 'X-User-Id' }, { property: 'request.id' }], default: 'nobody' },
    { key: 'route', from: [{ property: 'xds.route_name' }] },
    { key: 'cluster', from: [{ node: 'CLUSTER_ID' }] },
    { key: 'mesh', from: [{ node: 'MESH_ID' }, { header: 'x-mesh' }] },
    { key: 'team', from: [{ literal: 'payments' }] },
  ],
};

interface Case {
  readonly name: string;
  readonly configuration: object | '';
  readonly request: Request;
  readonly calls: readonly string[];
}

/** The host calls of one request: no more, no fewer, in this order. This is the filter's price list. */
const REQUESTS: readonly Case[] = [
  {
    name: 'default configuration, both headers',
    configuration: '',
    request: {
      headers: [
        ['x-user-id', 'alice'],
        ['x-tenant-id', 'acme'],
      ],
    },
    calls: [
      'proxy_get_header_map_pairs(RequestHeaders) = Ok 2 headers',
      'proxy_set_property(meshspan.user.id, alice) = Ok',
      'proxy_set_property(meshspan.tenant.id, acme) = Ok',
      'proxy_set_property(meshspan.cluster, east) = Ok',
    ],
  },
  {
    name: 'default configuration, no header',
    configuration: '',
    request: {},
    calls: [
      'proxy_get_header_map_pairs(RequestHeaders) = Ok 0 headers',
      'proxy_set_property(meshspan.user.id, anonymous) = Ok',
      'proxy_set_property(meshspan.cluster, east) = Ok',
    ],
  },
  {
    name: 'all four kinds of source, each with a value',
    configuration: FOUR_SOURCES,
    request: {
      headers: [
        ['x-user-id', 'alice'],
        ['x-mesh', 'blue'],
      ],
      properties: { xds: { route_name: 'checkout' } },
    },
    calls: [
      'proxy_get_header_map_pairs(RequestHeaders) = Ok 2 headers',
      'proxy_set_property(meshspan.user.id, alice) = Ok',
      'proxy_get_property(xds␀route_name) = Ok checkout',
      'proxy_set_property(meshspan.route, checkout) = Ok',
      'proxy_set_property(meshspan.cluster, east) = Ok',
      'proxy_set_property(meshspan.mesh, blue) = Ok',
      'proxy_set_property(meshspan.team, payments) = Ok',
    ],
  },
  {
    name: 'all four kinds of source, none with a value',
    configuration: FOUR_SOURCES,
    request: {},
    calls: [
      'proxy_get_header_map_pairs(RequestHeaders) = Ok 0 headers',
      'proxy_get_property(request␀id) = NotFound',
      'proxy_set_property(meshspan.user.id, nobody) = Ok',
      'proxy_get_property(xds␀route_name) = NotFound',
      'proxy_set_property(meshspan.cluster, east) = Ok',
      'proxy_set_property(meshspan.team, payments) = Ok',
    ],
  },
  {
    name: 'no attribute at all',
    configuration: { attributes: [] },
    request: { headers: [['x-user-id', 'alice']] },
    calls: [],
  },
];

/** What the module that sees no responses does without, and what it has instead. */
const NOT_OF_REQUESTS = [
  'proxy_add_header_map_value',
  'proxy_on_context_create',
  'proxy_on_response_headers',
];
const ofRequests = (...names: readonly string[]): string[] =>
  names.filter((name) => !NOT_OF_REQUESTS.includes(name)).sort();

test.each([
  { name: 'meshspan', module: filterModule, expected: IMPORTS },
  {
    name: 'meshspan-request',
    module: requestModule,
    expected: ofRequests(...IMPORTS, 'proxy_call_foreign_function'),
  },
])('$name imports just what it uses', ({ module, expected }) => {
  const imports = WebAssembly.Module.imports(module);
  expect(imports.map(({ name }) => name).sort()).toEqual(expected);
  expect(new Set(imports.map(({ module, kind }) => `${module} ${kind}`))).toEqual(
    new Set(['env function', 'wasi_snapshot_preview1 function']),
  );
});

test('the module takes at most 48 KiB, and that without responses 46', () => {
  expect(statSync(BUILT).size).toBeLessThanOrEqual(48 * 1024);
  expect(statSync(BUILT_REQUEST).size).toBeLessThanOrEqual(46 * 1024);
});

test.each([
  { name: 'meshspan', module: filterModule, expected: EXPORTS },
  { name: 'meshspan-request', module: requestModule, expected: ofRequests(...EXPORTS) },
])('$name exports just what it needs', ({ module, expected }) => {
  const exports = WebAssembly.Module.exports(module).map(({ name }) => name);
  expect(exports.sort()).toEqual(expected);
});

describe.each(Object.entries(MODULES))('%s', (_, module) => {
  const start = (configuration: object | '' = ''): Filter => startFilter(configuration, istioProxy(), module);

  test.each(REQUESTS)('host calls of a request: $name', ({ configuration, request, calls }) => {
    const { vm, root } = start(configuration);
    // The first request is not special, and neither is the second.
    for (let i = 0; i < 2; i++) {
      vm.record.start();
      const stream = vm.createStream(root, request);
      expect(vm.requestHeaders(stream)).toBe(0);
      vm.destroy(stream);
      expect(vm.record.calls).toEqual(calls);
    }
  });

  test('a request enters the VM for its callbacks, and once for each value handed over', () => {
    const { vm, root } = start();
    vm.record.start();
    const stream = vm.createStream(root, { headers: [['x-user-id', 'alice']] });
    vm.requestHeaders(stream);
    vm.destroy(stream);
    expect(vm.record.entries).toEqual([
      ...(module === filterModule ? ['proxy_on_context_create'] : []),
      'proxy_on_request_headers',
      'proxy_on_memory_allocate',
    ]);
  });

  test('an empty value is no value, and is not written', () => {
    const { vm, root } = start();
    vm.record.start();
    vm.requestHeaders(vm.createStream(root, { headers: [['x-tenant-id', '']] }));
    expect(vm.record.calls).toEqual([
      'proxy_get_header_map_pairs(RequestHeaders) = Ok 1 headers',
      'proxy_set_property(meshspan.user.id, anonymous) = Ok',
      'proxy_set_property(meshspan.cluster, east) = Ok',
    ]);
  });
});

/** What a VM's first configuration begins with. Ids of counters go up by four (`MetricType` in the low bits). */
const HEALTH = [
  'proxy_define_metric(Counter, meshspan_requests) = Ok 4',
  'proxy_define_metric(Counter, meshspan_attributes_set) = Ok 8',
  'proxy_define_metric(Counter, meshspan_attributes_missing) = Ok 12',
  'proxy_define_metric(Counter, meshspan_rejected) = Ok 16',
  'proxy_define_metric(Counter, meshspan_ambiguous) = Ok 20',
  'proxy_define_metric(Counter, meshspan_truncated) = Ok 24',
  'proxy_define_metric(Counter, meshspan_overflow) = Ok 28',
  'proxy_define_metric(Counter, meshspan_config_errors) = Ok 32',
  'proxy_define_metric(Counter, meshspan_oversized) = Ok 36',
  'proxy_define_metric(Counter, meshspan_untrusted) = Ok 40',
  'proxy_define_metric(Counter, meshspan_sampled) = Ok 44',
  'proxy_define_metric(Counter, meshspan_untracked) = Ok 48',
  'proxy_define_metric(Gauge, meshspan_version=.=0.1.0;.;meshspan_build_info) = Ok 53',
  'proxy_get_metric(53) = Ok 0',
  'proxy_record_metric(53, 1) = Ok',
  'proxy_define_metric(Gauge, meshspan_memory_bytes) = Ok 57',
  'proxy_get_metric(57) = Ok 0',
  'proxy_record_metric(57, 524288) = Ok',
];
/** In front of it: what tells a root context's streams, in the module that is not told of streams. */
const NAMED = [expect.stringMatching(/^proxy_call_foreign_function\(expr_create, 1\) = Ok /)];
/** And what each one ends with. */
const TICK = 'proxy_set_tick_period_milliseconds(1000) = Ok';

/** What is read about the node is read here, so that no request has to. */
const CONFIGURATIONS: readonly { name: string; configuration: string; node: boolean; calls: string[] }[] = [
  {
    name: 'default, in Istio',
    configuration: '',
    node: true,
    calls: [
      'proxy_get_property(xds␀node␀metadata␀CLUSTER_ID) = Ok east',
      'proxy_set_effective_context(1) = Ok',
    ],
  },
  {
    name: 'default, on a proxy that knows nothing of itself',
    configuration: '',
    node: false,
    calls: [
      'proxy_get_property(xds␀node␀metadata␀CLUSTER_ID) = NotFound',
      'proxy_get_property(xds␀node␀cluster) = NotFound',
      'proxy_set_effective_context(1) = Ok',
    ],
  },
  {
    name: 'one header',
    configuration: '{"attributes":[{"key":"k","from":[{"header":"h"}]}]}',
    node: true,
    calls: [
      'proxy_get_buffer_bytes(PluginConfiguration, 0, 52) = Ok {"attributes":[{"key":"k","from":[{"header":"h"}]}]}',
      'proxy_set_effective_context(1) = Ok',
    ],
  },
  {
    name: 'a node value behind a literal is not read, as it can never be reached',
    configuration: '{"attributes":[{"key":"k","from":[{"literal":"l"},{"node":"CLUSTER_ID"}]}]}',
    node: true,
    calls: [
      'proxy_get_buffer_bytes(PluginConfiguration, 0, 75) = Ok ' +
        '{"attributes":[{"key":"k","from":[{"literal":"l"},{"node":"CLUSTER_ID"}]}]}',
      'proxy_set_effective_context(1) = Ok',
    ],
  },
  {
    name: 'with a problem: told once, so it is marked as told in the shared data',
    configuration: '{"attributes":[1]}',
    node: true,
    calls: [
      'proxy_get_buffer_bytes(PluginConfiguration, 0, 18) = Ok {"attributes":[1]}',
      'proxy_set_effective_context(1) = Ok',
      'proxy_get_property(plugin_name) = Ok meshspan',
      'proxy_get_property(plugin_root_id) = Ok meshspan-root',
      'proxy_get_current_time_nanoseconds() = Ok 1700000000000000000',
      expect.stringMatching(
        /^proxy_set_shared_data\(meshspan␀meshspan-root␀MESHSPAN_CONFIG_TYPE at .*, 4294967295\) = Ok$/,
      ),
      'proxy_log(error, MESHSPAN_CONFIG_TYPE at $.attributes[0]: expected a record, got the number 1; ' +
        'this attribute is skipped, the others work) = Ok',
      'proxy_increment_metric(32, 1) = Ok',
    ],
  },
];

describe.each(Object.entries(MODULES))('%s', (_, module) => {
  test.each(CONFIGURATIONS)('host calls of a configuration: $name', ({ configuration, node, calls }) => {
    const proxy = node ? istioProxy() : new ProxyProcess();
    const vm = proxy.startVm(module);
    const root = vm.createRoot(PLUGIN);
    vm.record.start();
    expect(vm.configure(root, configuration)).toBe(true);
    expect(vm.record.calls).toEqual([...(module === filterModule ? [] : NAMED), ...HEALTH, ...calls, TICK]);
  });

  test('starting the module and creating a context call nobody', () => {
    const vm = new ProxyProcess(ISTIO_NODE).startVm(module);
    vm.record.start();
    vm.createStream(vm.createRoot(PLUGIN));
    expect(vm.record.calls).toEqual([]);
  });
});
