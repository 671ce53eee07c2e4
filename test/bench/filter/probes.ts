import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';

/**
 * Filters that do one thing each, to tell what a callback or a host call costs by itself. Their AssemblyScript
 * is written here line by line, so that nothing of an SDK is measured with them.
 */
export interface Probe {
  readonly name: string;
  /** Callbacks beside `proxy_on_request_headers`, each of which does nothing. */
  readonly callbacks?: readonly (keyof typeof CALLBACKS)[];
  /** Header names to ask for, one host call each. */
  readonly gets?: readonly string[];
  /** Header names to find in what one host call hands over. */
  readonly pairs?: readonly string[];
  /** Properties to set to a constant. */
  readonly sets?: number;
  /** Whether those live as long as the connection, which Envoy's `declare_property` can have. */
  readonly perConnection?: boolean;
  /** A property to ask for, its parts separated by dots. */
  readonly asks?: string;
}

const CALLBACKS = {
  proxy_on_context_create: '(id: u32, root: u32): void {}',
  proxy_on_response_headers: '(id: u32, count: u32, end: u32): u32 { return 0; }',
  proxy_on_done: '(id: u32): u32 { return 1; }',
  proxy_on_log: '(id: u32): void {}',
  proxy_on_delete: '(id: u32): void {}',
} as const;

/** Every callback of a request without a body that the Rust crate exports. */
export const ALL_CALLBACKS: readonly (keyof typeof CALLBACKS)[] = [
  'proxy_on_context_create',
  'proxy_on_response_headers',
  'proxy_on_done',
  'proxy_on_log',
  'proxy_on_delete',
];

/** Compiles a probe into `folder`; resolves with the path of its .wasm. */
export async function compileProbe(probe: Probe, folder: string): Promise<string> {
  const path = join(folder, `${probe.name}.wasm`);
  const source = sourceOf(probe);
  const { error, stderr } = await main(
    ['probe.ts', '--outFile', 'probe.wasm', '--runtime', 'stub', '--optimizeLevel', '3', '--noAssert'],
    {
      readFile: (name) => (name === 'probe.ts' ? source : null),
      writeFile: (_name, contents) => writeFile(path, contents),
      listFiles: () => [],
    },
  );
  if (error !== null) throw new Error(`probe ${probe.name}: ${stderr.toString()}`, { cause: error });
  return path;
}

function sourceOf({
  callbacks = [],
  gets = [],
  pairs = [],
  sets = 0,
  perConnection = false,
  asks = '',
}: Probe): string {
  const names = [...gets, ...pairs];
  return [
    '@external("env", "proxy_get_header_map_value")',
    'declare function getHeader(map: i32, name: usize, size: usize, value: usize, valueSize: usize): u32;',
    '@external("env", "proxy_get_header_map_pairs")',
    'declare function getHeaders(map: i32, value: usize, valueSize: usize): u32;',
    '@external("env", "proxy_set_property")',
    'declare function setProperty(key: usize, size: usize, value: usize, valueSize: usize): u32;',
    '@external("env", "proxy_get_property")',
    'declare function getProperty(path: usize, size: usize, value: usize, valueSize: usize): u32;',
    'const OUT = memory.data(16, 8);',
    'const ARENA = memory.data(65536, 8);',
    'let top: usize = ARENA;',
    ...names.map((name, index) => `const NAME${index} = memory.data<u8>([${[...Buffer.from(name)]}]);`),
    `const ASKED = memory.data<u8>([${[0, ...Buffer.from(asks.replaceAll('.', '\0'))]}]);`,
    `const FOUND = memory.data(${Math.max(1, names.length) * 8}, 8);`,
    'export function proxy_abi_version_0_2_1(): void {}',
    'export function proxy_on_memory_allocate(size: usize): usize {',
    '  const start = top; top = (top + size + 7) & ~7; return start;',
    '}',
    ...(perConnection ? declaration(sets) : []),
    ...callbacks.map((name) => `export function ${name}${CALLBACKS[name]}`),
    'export function proxy_on_request_headers(id: u32, count: u32, end: u32): u32 {',
    '  top = ARENA;',
    ...gets.map((name, index) => `  getHeader(0, NAME${index}, ${name.length}, OUT, OUT + 4);`),
    ...(pairs.length > 0 ? pairsLoop(pairs) : []),
    ...Array.from({ length: sets }, (_, index) => `  setProperty(KEY, ${keySize(index)}, KEY, 8);`),
    ...(asks === '' ? [] : [`  getProperty(ASKED + 1, ${asks.length}, OUT, OUT + 4);`]),
    '  return 0;',
    '}',
    `const KEY = memory.data<u8>([${[...KEY]}]);`,
  ].join('\n');
}

/** Any constant bytes do as a key and a value: the shared prefix keeps the keys apart by their length. */
const KEY = Buffer.from('meshspan.abcdefghijklmnop');

function keySize(index: number): number {
  return index + 10;
}

/**
 * Declares the properties at configuration, which Envoy refuses where it does not take the declaration (Envoy
 * `source/extensions/common/wasm/ext/declare_property.proto`: name, type String, span DownstreamConnection).
 */
function declaration(sets: number): string[] {
  const name = Buffer.from('declare_property');
  const all = Array.from({ length: sets }, (_, index) => {
    const key = KEY.subarray(0, keySize(index));
    return [10, key.length, ...key, 24, 1, 40, 2];
  });
  return [
    '@external("env", "proxy_call_foreign_function")',
    'declare function call(name: usize, size: usize, given: usize, givenSize: usize, to: usize, toSize: usize): u32;',
    `const DECLARE = memory.data<u8>([${[...name]}]);`,
    ...all.map((bytes, index) => `const DECLARED${index} = memory.data<u8>([${bytes}]);`),
    'export function proxy_on_configure(root: u32, size: u32): u32 {',
    `  return ${all.map((bytes, index) => `call(DECLARE, ${name.length}, DECLARED${index}, ${bytes.length}, OUT, OUT + 4)`).join(' | ')} ? 0 : 1;`,
    '}',
  ];
}

/** The layout of `proxy_get_header_map_pairs`: a count, two sizes each, then names and values with a NUL behind. */
function pairsLoop(names: readonly string[]): string[] {
  return [
    '  if (getHeaders(0, OUT, OUT + 4) != 0) return 0;',
    '  const pairs = load<usize>(OUT);',
    '  let at = pairs + 4 + load<u32>(pairs) * 8;',
    '  for (let sizes = pairs + 4, last = at; sizes < last; sizes += 8) {',
    '    const nameSize = load<u32>(sizes), valueSize = load<u32>(sizes, 4);',
    ...names.flatMap((name, index) => [
      `    ${index === 0 ? '' : 'else '}if (nameSize == ${name.length} && memory.compare(at, NAME${index}, ${name.length}) == 0)`,
      `      store<usize>(FOUND, at + nameSize + 1, ${index * 8});`,
    ]),
    '    at += nameSize + valueSize + 2;',
    '  }',
  ];
}
