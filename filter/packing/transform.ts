/**
 * A transform of the AssemblyScript compiler (`transform` in asconfig.json): the module carries its data packed, and
 * unpacks it before anything else when it starts. From then on its memory is what it would have been, so that no code
 * has to know, and a request pays nothing.
 */
import { readFileSync } from 'node:fs';
import { pack } from './pack.ts';

/** What the compiler calls the function of `assembly/unpack.ts`, the code that runs first, and the memory. */
const UNPACK = 'filter/assembly/unpack/unpack';
const START = '~start';
const MEMORY = '0';
const PAGE = 0x1_0000;

/** An expression or a function of Binaryen: its address. */
type Reference = number;

/** The compiler's parser (assemblyscript `src/parser.ts`). */
interface Parser {
  parseFile(text: string, path: string, isEntry: boolean): void;
}

/** What is used of Binaryen's module. Its own types do not have the functions for data as they now are. */
interface Module {
  readonly i32: { const(value: number): Reference };
  getNumDataSegments(): number;
  getDataSegmentByIndex(index: number): Reference;
  getDataSegmentInfo(segment: Reference): { readonly offset: number; readonly data: ArrayBuffer };
  getMemoryInfo(name: string): { readonly initial: number };
  setMemory(
    initial: number,
    maximum: number,
    exportName: string | null,
    segments: readonly { readonly offset: Reference; readonly data: Uint8Array; readonly passive: boolean }[],
    shared: boolean,
    memory64: boolean,
    name: string,
  ): void;
  getFunction(name: string): Reference;
  removeExport(name: string): void;
  call(name: string, operands: readonly Reference[], type: Reference): Reference;
  block(label: string | null, children: readonly Reference[], type: Reference): Reference;
}

interface Binaryen {
  readonly none: Reference;
  readonly Function: {
    getBody(of: Reference): Reference;
    setBody(of: Reference, body: Reference): void;
  };
}

export default class PackData {
  /** Set by the compiler. */
  declare readonly binaryen: Binaryen;

  /** Adds the code that unpacks as an entry of its own, since no other file asks for it. */
  afterParse(parser: Parser): void {
    const source = readFileSync(new URL('../assembly/unpack.ts', import.meta.url), 'utf8');
    parser.parseFile(source, `${UNPACK.slice(0, UNPACK.lastIndexOf('/'))}.ts`, true);
  }

  afterCompile(module: Module): void {
    // An entry's functions are exported; this one is called once, by the module itself.
    module.removeExport('unpack');
    const image = imageOf(module);
    const packed = pack(image);
    // Behind the data begins the heap, which is not in use yet.
    const end = image.length + packed.length;
    const { initial } = module.getMemoryInfo(MEMORY);
    if (end > initial * PAGE) throw new Error('the packed data does not fit: make initialMemory larger');
    const segment = { offset: module.i32.const(image.length), data: packed, passive: false };
    module.setMemory(initial, -1, null, [segment], false, false, MEMORY);
    const { Function: functions, none } = this.binaryen;
    const start = module.getFunction(START);
    const where = [image.length, end].map((address) => module.i32.const(address));
    const body = [module.call(UNPACK, where, none), functions.getBody(start)];
    functions.setBody(start, module.block(null, body, none));
  }
}

/** The memory that the module begins with, from address 0 to the end of its data. */
function imageOf(module: Module): Uint8Array {
  const segments = Array.from({ length: module.getNumDataSegments() }, (_, index) =>
    module.getDataSegmentInfo(module.getDataSegmentByIndex(index)),
  );
  const size = Math.max(...segments.map(({ offset, data }) => offset + data.byteLength));
  const image = new Uint8Array(size + (size % 2));
  for (const { offset, data } of segments) image.set(new Uint8Array(data), offset);
  return image;
}
