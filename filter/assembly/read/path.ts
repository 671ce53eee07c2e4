import { Bytes, Received } from '../abi/host';
import { decodePercent } from './percent';

/** What a part of a path between two slashes has to be. */
namespace Part {
  /** The same bytes. */
  export const Same: i32 = 0;
  /** Anything but nothing: `*`. */
  export const Any: i32 = 1;
  /** Anything but nothing, and it is the value: `{name}`. */
  export const Value: i32 = 2;
  /** Whatever follows, also nothing: `**`, at the end. */
  export const Rest: i32 = 3;
}

const MOST_PARTS: i32 = 64;

/** A template of a path with one named part: `/tenants/{tenant}/**`. */
export class PathTemplate {
  private kinds: i32[] = [];
  private parts: Bytes[] = [];
  /** Why the text is no template; empty when it is one. */
  problem: string = '';

  constructor(text: string) {
    if (text.startsWith('/')) this.compile(text);
    else this.problem = 'it does not begin with a slash';
  }

  private compile(text: string): void {
    let values = 0;
    let start = 1;
    while (start <= text.length && this.problem.length == 0) {
      let end = text.indexOf('/', start);
      if (end < 0) end = text.length;
      const kind = this.add(text.substring(start, end), end == text.length);
      if (kind == Part.Value) values++;
      start = end + 1;
    }
    if (this.problem.length > 0) return;
    if (this.kinds.length > MOST_PARTS) this.problem = `it has more than ${MOST_PARTS} parts`;
    else if (values != 1) this.problem = `it has ${values} named parts`;
  }

  private add(part: string, isLast: bool): i32 {
    let kind = Part.Same;
    if (part == '**') kind = Part.Rest;
    else if (part == '*') kind = Part.Any;
    else if (part.length > 2 && part.startsWith('{') && part.endsWith('}')) kind = Part.Value;
    const plain = kind == Part.Value ? part.substring(1, part.length - 1) : part;
    if ((kind == Part.Same || kind == Part.Value) && hasSign(plain))
      this.problem = `"${part}" is no whole part`;
    if (kind == Part.Rest && !isLast) this.problem = '"**" is not at its end';
    this.kinds.push(kind);
    this.parts.push(String.UTF8.encode(part));
    return kind;
  }

  /** Puts the named part of the path in `Received` (`:path`) in its place, percent-decoded; false when it does not match. */
  match(): bool {
    const start = Received.start;
    let end = start;
    const last = start + Received.size;
    // Neither query nor fragment are of the path (RFC 3986, section 3.3).
    while (end < last && load<u8>(end) != 0x3f && load<u8>(end) != 0x23) end++;
    let at = start;
    let value: usize = 0;
    let valueSize: usize = 0;
    const count = this.kinds.length;
    let i = 0;
    for (; i < count; i++) {
      const kind = unchecked(this.kinds[i]);
      if (kind == Part.Rest) break;
      if (at >= end || load<u8>(at) != 0x2f) return false;
      const part = ++at;
      while (at < end && load<u8>(at) != 0x2f) at++;
      const size = at - part;
      if (kind == Part.Same) {
        const same = unchecked(this.parts[i]);
        if (size != <usize>same.byteLength) return false;
        if (memory.compare(part, changetype<usize>(same), size) != 0) return false;
      } else if (size == 0) {
        return false;
      } else if (kind == Part.Value) {
        value = part;
        valueSize = size;
      }
    }
    if (i == count && at != end) return false;
    Received.start = value;
    Received.size = valueSize;
    return decodePercent(false);
  }
}

/** Signs that mean something in a template, and so stand for nothing else. */
function hasSign(text: string): bool {
  return text.includes('{') || text.includes('}') || text.includes('*');
}
