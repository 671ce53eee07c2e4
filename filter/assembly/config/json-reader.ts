import { Json, JsonKind } from './json';

/** Deeper nesting is refused: the reader recurses, and a trap would take the proxy's traffic with it. */
const MAX_DEPTH: i32 = 32;

const enum Char {
  Tab = 0x09,
  LineFeed = 0x0a,
  Return = 0x0d,
  Space = 0x20,
  Quote = 0x22,
  Plus = 0x2b,
  Comma = 0x2c,
  Minus = 0x2d,
  Dot = 0x2e,
  Slash = 0x2f,
  Zero = 0x30,
  Nine = 0x39,
  Colon = 0x3a,
  E = 0x45,
  OpenList = 0x5b,
  Backslash = 0x5c,
  CloseList = 0x5d,
  e = 0x65,
  OpenRecord = 0x7b,
  CloseRecord = 0x7d,
}

/** Reads one JSON text. `read` gives null for text that is not JSON; `expected` and `position` say why. */
export class JsonReader {
  /** What would have been right at `position`. */
  expected: string = '';
  /** Offset in UTF-16 code units. */
  position: i32 = 0;

  constructor(private source: string) {}

  read(): Json | null {
    const value = this.value(0);
    if (value === null) return null;
    this.skipSpace();
    if (this.position < this.source.length) return this.fail('the end of the text');
    return value;
  }

  /** `line L, column C`, both from 1, of where reading stopped. */
  where(): string {
    let line = 1;
    let lineStart = 0;
    for (let i = 0; i < this.position; i++) {
      if (this.source.charCodeAt(i) == Char.LineFeed) {
        line++;
        lineStart = i + 1;
      }
    }
    return `line ${line}, column ${this.position - lineStart + 1}`;
  }

  /** What stands where reading stopped, for the message. */
  found(): string {
    if (this.position >= this.source.length) return 'the end';
    return `'${this.source.charAt(this.position)}'`;
  }

  private fail(expected: string): Json | null {
    this.expected = expected;
    return null;
  }

  private peek(): i32 {
    return this.position < this.source.length ? this.source.charCodeAt(this.position) : -1;
  }

  private skipSpace(): void {
    while (true) {
      const c = this.peek();
      if (c != Char.Space && c != Char.LineFeed && c != Char.Return && c != Char.Tab) return;
      this.position++;
    }
  }

  private take(char: i32): bool {
    this.skipSpace();
    if (this.peek() != char) return false;
    this.position++;
    return true;
  }

  private word(word: string, value: Json): Json | null {
    if (!this.source.startsWith(word, this.position)) return this.fail('a JSON value');
    this.position += word.length;
    return value;
  }

  private value(depth: i32): Json | null {
    this.skipSpace();
    const c = this.peek();
    if (c == Char.OpenRecord) return this.record(depth);
    if (c == Char.OpenList) return this.list(depth);
    if (c == Char.Quote) {
      const value = new Json(JsonKind.Text);
      return this.text(value) ? value : null;
    }
    if (c == Char.Minus || isDigit(c)) return this.number();
    if (c == 0x74) {
      const value = new Json(JsonKind.Boolean);
      value.truth = true;
      return this.word('true', value);
    }
    if (c == 0x66) return this.word('false', new Json(JsonKind.Boolean));
    return this.word('null', new Json(JsonKind.Null));
  }

  private list(depth: i32): Json | null {
    if (depth >= MAX_DEPTH) return this.fail(`at most ${MAX_DEPTH} levels of nesting`);
    const list = new Json(JsonKind.List);
    this.position++;
    if (this.take(Char.CloseList)) return list;
    while (true) {
      const item = this.value(depth + 1);
      if (item === null) return null;
      list.items.push(item);
      if (this.take(Char.CloseList)) return list;
      if (!this.take(Char.Comma)) return this.fail("',' or ']'");
    }
  }

  private record(depth: i32): Json | null {
    if (depth >= MAX_DEPTH) return this.fail(`at most ${MAX_DEPTH} levels of nesting`);
    const record = new Json(JsonKind.Record);
    this.position++;
    if (this.take(Char.CloseRecord)) return record;
    while (true) {
      this.skipSpace();
      const name = new Json(JsonKind.Text);
      if (this.peek() != Char.Quote) return this.fail('a name in quotes');
      if (!this.text(name)) return null;
      if (!this.take(Char.Colon)) return this.fail("':'");
      const value = this.value(depth + 1);
      if (value === null) return null;
      record.names.push(name.text);
      record.items.push(value);
      if (this.take(Char.CloseRecord)) return record;
      if (!this.take(Char.Comma)) return this.fail("',' or '}'");
    }
  }

  private text(into: Json): bool {
    // Made a text once, at the end: adding to a text copies it, and nothing is collected during configuration.
    const units: i32[] = [];
    this.position++;
    while (true) {
      let c = this.peek();
      if (c < Char.Space) {
        this.fail('the closing quote, or an escape for a control character');
        return false;
      }
      this.position++;
      if (c == Char.Quote) break;
      if (c == Char.Backslash) {
        c = this.escape();
        if (c < 0) return false;
      }
      units.push(c);
    }
    into.text = String.fromCharCodes(units);
    return true;
  }

  /** The code unit of the escape whose backslash was just passed, or -1. */
  private escape(): i32 {
    const c = this.peek();
    this.position++;
    if (c == Char.Quote || c == Char.Backslash || c == Char.Slash) return c;
    if (c == 0x62) return 0x08;
    if (c == 0x66) return 0x0c;
    if (c == 0x6e) return Char.LineFeed;
    if (c == 0x72) return Char.Return;
    if (c == 0x74) return Char.Tab;
    if (c == 0x75) {
      let code = 0;
      let digits = 0;
      while (digits < 4) {
        const digit = hexDigit(this.peek());
        if (digit < 0) break;
        code = (code << 4) | digit;
        digits++;
        this.position++;
      }
      if (digits == 4) return code;
      this.fail('four hexadecimal digits');
      return -1;
    }
    this.position--;
    this.fail('an escape of JSON');
    return -1;
  }

  private number(): Json | null {
    const value = new Json(JsonKind.Number);
    const start = this.position;
    const negative = this.peek() == Char.Minus;
    if (negative) this.position++;
    if (!isDigit(this.peek())) return this.fail('a digit');
    // All digits as a whole number, and one power of ten in the end: 0.3e1 is 3, and not 0.3 times 10.
    let number: f64 = 0;
    let power = 0;
    if (this.peek() == Char.Zero) this.position++;
    else while (isDigit(this.peek())) number = number * 10 + this.digit();
    if (this.peek() == Char.Dot) {
      this.position++;
      if (!isDigit(this.peek())) return this.fail('a digit');
      while (isDigit(this.peek())) {
        number = number * 10 + this.digit();
        power--;
      }
    }
    if (this.peek() == Char.e || this.peek() == Char.E) {
      this.position++;
      const small = this.peek() == Char.Minus;
      if (small || this.peek() == Char.Plus) this.position++;
      if (!isDigit(this.peek())) return this.fail('a digit');
      let exponent = 0;
      // Past 400 a double is 0 or infinite whatever follows; the bound keeps the count from wrapping.
      while (isDigit(this.peek())) exponent = min(exponent * 10 + <i32>this.digit(), 400);
      power += small ? -exponent : exponent;
    }
    let scale: f64 = 1;
    for (let i = abs(power); i > 0 && scale < Infinity; i--) scale *= 10;
    if (number != 0 && number < Infinity) number = power < 0 ? number / scale : number * scale;
    value.number = negative ? -number : number;
    value.text = this.source.substring(start, this.position);
    return value;
  }

  private digit(): f64 {
    return <f64>(this.source.charCodeAt(this.position++) - Char.Zero);
  }
}

function isDigit(c: i32): bool {
  return c >= Char.Zero && c <= Char.Nine;
}

function hexDigit(c: i32): i32 {
  if (isDigit(c)) return c - Char.Zero;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}
