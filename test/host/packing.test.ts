import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pack } from '@meshspan/filter/packing/pack.ts';
import { main } from 'assemblyscript/asc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filterModule, requestModule } from './filter.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TIME = 60_000;
/** Where an image is packed to in a test: behind the longest. */
const PACKED = 0x6_0000;

interface Started {
  readonly memory: WebAssembly.Memory;
  readonly exports: WebAssembly.Exports;
}

/** Compiles a file of the filter as a target in asconfig.json is, but without packing. */
async function compileUnpacked(file: string, target = 'release'): Promise<WebAssembly.Module> {
  const { targets, options } = JSON.parse(readFileSync(`${ROOT}/asconfig.json`, 'utf8'));
  const { transform, use = [], ...release } = targets[target];
  const given = { ...options, ...release, use: [...options.use, ...use], config: 'none', baseDir: ROOT };
  const flags = Object.entries(given).flatMap(([name, value]) => [
    `--${name}`,
    ...(value === true ? [] : [`${value}`]),
  ]);
  let binary = new Uint8Array();
  const { error, stderr } = await main([file, ...flags], {
    writeFile: (_name, contents) => {
      binary = contents as Uint8Array<ArrayBuffer>;
    },
  });
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  return new WebAssembly.Module(binary);
}

/** Starts a module whose host says 0 to everything. */
function start(module: WebAssembly.Module): Started {
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] = { ...imports[from], [name]: () => 0 };
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  (exports._initialize as () => void)();
  return { memory: exports.memory as WebAssembly.Memory, exports };
}

test.each([
  { entry: 'index', target: 'release', module: filterModule },
  { entry: 'index-request', target: 'request', module: requestModule },
])(
  'the packed module begins with the memory of one that is not packed: $entry',
  async ({ entry, target, module }) => {
    const unpacked = start(await compileUnpacked(`filter/assembly/${entry}.ts`, target));
    const packed = start(module);
    expect(Object.keys(packed.exports)).toEqual(Object.keys(unpacked.exports));
    expect(Buffer.from(packed.memory.buffer).equals(Buffer.from(unpacked.memory.buffer))).toBe(true);
  },
  TIME,
);

/** Pieces that a packer treats differently: texts, zeros, bytes of all kinds, and again what there was before. */
const piece = fc.oneof(
  fc.string({ maxLength: 200 }).map((text) => Buffer.from(text, 'utf16le')),
  fc.nat({ max: 500 }).map((units) => Buffer.alloc(units * 2)),
  fc.uint8Array({ maxLength: 1200 }).map((bytes) => Buffer.from(bytes.subarray(bytes.length % 2))),
);
const image = fc
  .array(fc.tuple(piece, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 3 })
  .map((pieces) => Buffer.concat(pieces.flatMap(([bytes, times]) => Array(times).fill(bytes))));

/** The same two units, so far apart that a copy just reaches, and just does not; more zeros than one token can say. */
const FAR = [65_533, 65_534, 131_072].map((zeros) => {
  const two = Buffer.from([1, 2, 3, 4, 5, 6]);
  return Buffer.concat([two, Buffer.alloc(zeros * 2), two]);
});

test(
  'any image is the same again, and where it was packed there are zeros',
  async () => {
    const module = await compileUnpacked('filter/assembly/unpack.ts');
    const property = fc.property(image, (bytes) => {
      const { memory, exports } = start(module);
      const whole = Buffer.from(memory.buffer);
      const packed = pack(bytes);
      whole.set(packed, PACKED);
      (exports.unpack as (packed: number, end: number) => void)(PACKED, PACKED + packed.length);
      const expected = Buffer.concat([bytes, Buffer.alloc(whole.length - bytes.length)]);
      expect(whole.equals(expected)).toBe(true);
    });
    fc.assert(property, { numRuns: 100, examples: FAR.map((bytes) => [bytes]) });
  },
  TIME,
);
