/** Numbers from 0 to below `limit` that a seed decides: mulberry32, good enough to reach every branch. */
export type Random = (limit: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const HEX = '0123456789abcdef';
/** Characters at which the grammars turn, and some that none allows. */
const MARKS = '-=,;@ \t01dDfFgG_*/%"\\~\x00\x1f\x7f\x80\xff\u0130\ud800';

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random(items.length)] as Item;
}

/** Long texts to cut from, one for each alphabet: a million inputs would take minutes if drawn by the character. */
const texts = new Map<string, string>();

function text(random: Random, alphabet: string, length: number): string {
  let long = texts.get(alphabet);
  if (long === undefined) {
    const draw = randomFrom(alphabet.length);
    long = Array.from({ length: 8192 }, () => alphabet[draw(alphabet.length)]).join('');
    texts.set(alphabet, long);
  }
  const start = random(long.length - length);
  return long.slice(start, start + length);
}

/** One in 30 is all zeroes. */
function id(random: Random, length: number): string {
  return random(30) === 0 ? '0'.repeat(length) : text(random, HEX, length);
}

/** Ids that several headers of one request share, so that they now and then agree. */
interface Ids {
  readonly trace: string;
  readonly span: string;
}

const idsOf = (random: Random): Ids => ({
  trace: id(random, pick(random, [32, 32, 16])),
  span: id(random, 16),
});

function traceparent(random: Random, { trace, span }: Ids): string {
  const version = pick(random, ['00', '00', '00', '01', 'cc', 'ff']);
  const rest = pick(random, ['', '', '', '-more', '.more']);
  return `${version}-${trace.padStart(32, '0')}-${span}-${id(random, 2)}${rest}`;
}

function b3(random: Random, { trace, span }: Ids): string {
  if (random(8) === 0) return pick(random, ['0', '1', 'd', 'x']);
  return `${trace}-${span}${pick(random, ['', '-0', '-1', '-d'])}${pick(random, ['', `-${id(random, 16)}`])}`;
}

/** Lengths that now and then are a grammar's longest, and one more. */
function lengthOf(random: Random, usual: number): number {
  return random(40) === 0 ? 256 + random(2) : 1 + random(usual);
}

function list(random: Random, count: number, separator: string): string {
  const members: string[] = [];
  for (let index = 0; index < count; index++) {
    const value = text(random, 'abcXYZ019 %-_~!', lengthOf(random, pick(random, [3, 3, 3, 130])));
    members.push(`${text(random, 'abc019_*/@-', lengthOf(random, 8))}=${value.trim() || 'v'}`);
  }
  return members.join(separator);
}

/** A text with one character changed, left out or put in, cut short, said twice, or in capitals. */
function spoil(random: Random, value: string): string {
  const at = random(value.length + 1);
  const put = MARKS[random(MARKS.length)] as string;
  switch (random(7)) {
    case 0:
      return value.slice(0, at) + put + value.slice(at + 1);
    case 1:
      return value.slice(0, at) + value.slice(at + 1);
    case 2:
      return value.slice(0, at) + put + value.slice(at);
    case 3:
      return value.slice(0, at);
    case 4:
      return `${value}, ${value}`;
    case 5:
      return value.toUpperCase();
    default:
      return text(random, MARKS + HEX, random(80));
  }
}

/** Headers of a request: each absent, right, nearly right, or anything. The seed decides which. */
export function randomHeaders(random: Random): Record<string, string> {
  const ids = idsOf(random);
  const of = (): Ids => (random(4) === 0 ? idsOf(random) : ids);
  const headers: Record<string, string> = {};
  const put = (name: string, value: () => string): void => {
    const chance = random(10);
    if (chance < 4) return;
    headers[name] = chance < 8 ? value() : spoil(random, value());
  };
  put('traceparent', () => traceparent(random, of()));
  put('tracestate', () => list(random, random(random(12) === 0 ? 40 : 4), pick(random, [',', ' , '])));
  put('b3', () => b3(random, of()));
  if (random(2) === 0) {
    put('x-b3-traceid', () => of().trace);
    put('x-b3-spanid', () => of().span);
    put('x-b3-parentspanid', () => id(random, 16));
    put('x-b3-sampled', () => pick(random, ['0', '1', 'true', 'false']));
    put('x-b3-flags', () => pick(random, ['0', '1']));
  }
  put('baggage', () => list(random, random(random(12) === 0 ? 80 : 4), pick(random, [',', ' , ', ';p,'])));
  put('x-request-id', () => text(random, HEX, random(300)));
  put('x-user-id', () => text(random, 'abcdef \xe9', random(30)));
  return headers;
}
