/**
 * Packs the data of a module, most of which is texts: AssemblyScript keeps them in UTF-16, each behind a header of 20
 * bytes, and they say much the same over and over.
 *
 * The image is taken as units of 16 bits. A unit is written as it is where a byte will do, or a run of them is copied
 * from before, as LZ77 does; of all ways to write the image the shortest is taken. `assembly/unpack.ts` reads it:
 *
 * | token     | then                | means                                       |
 * | --------- | ------------------- | ------------------------------------------- |
 * | 0x00-0x7f |                     | this unit                                   |
 * | 0x80-0xbf | 1 byte, distance-1  | 2 to 65 units from so many units before     |
 * | 0xc0-0xfd | 2 bytes, distance-1 | 3 to 64 units from so many units before     |
 * | 0xfe      | 2 bytes, count      | so many zeros: memory is zero to begin with |
 * | 0xff      | 1 byte, count       | so many units follow, of two bytes each     |
 *
 * Numbers of two bytes are little-endian.
 */

/** One way to write the next units: a token, and one or two bytes of a distance or a count behind it. */
interface Step {
  readonly token: number;
  readonly operand: number;
  readonly operandBytes: 0 | 1 | 2;
  /** Units that it writes. */
  readonly units: number;
  /** Bytes that it takes in all. */
  readonly size: number;
}

/** Copies of one kind: the token of the shortest, how many units they have, and how far back they reach. */
interface Copies {
  readonly token: number;
  readonly operandBytes: 1 | 2;
  readonly least: number;
  readonly most: number;
  readonly reach: number;
}

const SHORT: Copies = { token: 0x80, operandBytes: 1, least: 2, most: 65, reach: 0x100 };
const LONG: Copies = { token: 0xc0, operandBytes: 2, least: 3, most: 64, reach: 0x1_0000 };
const ZEROS = 0xfe;
const RAW = 0xff;
/** Places that a copy is looked for in. */
const PLACES = 256;

/** The image, whose bytes are an even number, in fewer bytes. */
export function pack(image: Uint8Array): Uint8Array {
  const units = new Uint16Array(Uint8Array.from(image).buffer);
  const bytes: number[] = [];
  let at = 0;
  for (const step of cheapest(units)) {
    bytes.push(step.token);
    if (step.operandBytes > 0) bytes.push(step.operand & 0xff);
    if (step.operandBytes > 1) bytes.push(step.operand >> 8);
    if (step.token === RAW) bytes.push(...image.subarray(at * 2, (at + step.units) * 2));
    at += step.units;
  }
  return Uint8Array.from(bytes);
}

/** The steps that write all units in the fewest bytes: looked for from the end, where what follows is known. */
function cheapest(units: Uint16Array): Step[] {
  const before = pairsBefore(units);
  const costs = new Float64Array(units.length + 1).fill(Number.POSITIVE_INFINITY, 0, units.length);
  const best: Step[] = [];
  let zeros = 0;
  for (let at = units.length - 1; at >= 0; at--) {
    zeros = units[at] === 0 ? Math.min(zeros + 1, 0xffff) : 0;
    for (const step of steps(units, at, zeros, before)) {
      const cost = step.size + (costs[at + step.units] as number);
      if (cost >= (costs[at] as number)) continue;
      costs[at] = cost;
      best[at] = step;
    }
  }
  const path: Step[] = [];
  for (let at = 0; at < units.length; at += (path.at(-1) as Step).units) path.push(best[at] as Step);
  return path;
}

/** All ways to write the units from `at` on that can be the cheapest. */
function* steps(units: Uint16Array, at: number, zeros: number, before: Int32Array): Generator<Step> {
  const unit = units[at] as number;
  if (unit < 0x80) yield { token: unit, operand: 0, operandBytes: 0, units: 1, size: 1 };
  // Nothing is won by units of one byte at an end of those that are written raw.
  for (let count = 1; unit >= 0x80 && count <= 0xff && at + count <= units.length; count++) {
    if ((units[at + count - 1] as number) < 0x80) continue;
    yield { token: RAW, operand: count, operandBytes: 1, units: count, size: 2 + 2 * count };
  }
  if (zeros > 0) yield { token: ZEROS, operand: zeros, operandBytes: 2, units: zeros, size: 3 };
  yield* copies(units, at, before, SHORT);
  yield* copies(units, at, before, LONG);
}

/** Copies of one kind: the longest that there is, and the shorter ones that begin alike. */
function* copies(units: Uint16Array, at: number, before: Int32Array, kind: Copies): Generator<Step> {
  const most = Math.min(kind.most, units.length - at);
  let longest = 0;
  let distance = 0;
  let place = before[at] as number;
  for (let tried = 0; tried < PLACES && longest < most; tried++, place = before[place] as number) {
    if (place < 0 || at - place > kind.reach) break;
    let length = 2;
    while (length < most && units[place + length] === units[at + length]) length++;
    if (length <= longest) continue;
    longest = length;
    distance = at - place;
  }
  const { token, least, operandBytes } = kind;
  for (let count = least; count <= longest; count++) {
    const size = 1 + operandBytes;
    yield { token: token + count - least, operand: distance - 1, operandBytes, units: count, size };
  }
}

/** For each unit: where it and the next one stood last before; -1 where they did not. */
function pairsBefore(units: Uint16Array): Int32Array {
  const last = new Map<number, number>();
  const before = new Int32Array(units.length).fill(-1);
  for (let at = 0; at + 1 < units.length; at++) {
    const pair = (units[at] as number) * 0x1_0000 + (units[at + 1] as number);
    before[at] = last.get(pair) ?? -1;
    last.set(pair, at);
  }
  return before;
}
