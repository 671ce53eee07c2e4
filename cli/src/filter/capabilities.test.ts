import { expect, it } from 'vitest';
import { capabilityRestriction, requiredCapabilities } from './capabilities.ts';

const TYPE = [0x01, 0x04, 0x01, 0x60, 0x00, 0x00];
const text = (value: string): number[] => [value.length, ...Buffer.from(value)];

/** A module with functions of no argument: `[module, name]` imported, `name` exported. */
function module(imports: readonly [string, string][], exports: readonly string[]): WebAssembly.Module {
  const section = (id: number, entries: number[][]): number[] => {
    const body = [entries.length, ...entries.flat()];
    return entries.length === 0 ? [] : [id, ...leb(body.length), ...body];
  };
  const imported = imports.map(([from, name]) => [...text(from), ...text(name), 0x00, 0x00]);
  const exported = exports.map((name) => [...text(name), 0x00, 0x00]);
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...TYPE,
    ...section(2, imported),
    ...section(7, exported),
  ];
  return new WebAssembly.Module(Uint8Array.from(bytes));
}

/** LEB128 of a length below 16,384. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, value >> 7];
}

it('functions of proxy-wasm and of WASI, and callbacks, each once and sorted', () => {
  const wasm = module(
    [
      ['wasi_unstable', 'fd_write'],
      ['wasi_snapshot_preview1', 'fd_write'],
      ['env', 'proxy_log'],
      ['env', 'emscripten_notify_memory_growth'],
      ['other', 'proxy_set_property'],
    ],
    ['proxy_on_request_headers', 'proxy_on_configure', 'proxy_validate_configuration'],
  );
  expect(requiredCapabilities(wasm)).toEqual([
    'fd_write',
    'proxy_log',
    'proxy_on_configure',
    'proxy_on_request_headers',
    'proxy_validate_configuration',
  ]);
});

it('not what the host takes without asking', () => {
  const exports = ['_initialize', '_start', 'main', 'malloc', 'proxy_on_memory_allocate'];
  expect(
    requiredCapabilities(module([['env', 'proxy_log']], [...exports, 'proxy_abi_version_0_2_1'])),
  ).toEqual(['proxy_log']);
});

it('as the message that Envoy reads', () => {
  expect(capabilityRestriction(['proxy_log', 'fd_write'])).toEqual({
    allowed_capabilities: { proxy_log: {}, fd_write: {} },
  });
});
