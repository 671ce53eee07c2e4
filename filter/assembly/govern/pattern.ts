/**
 * A pattern that a whole value must match: a sequence of characters and classes, each with a repeat count.
 *
 * It reads a value once, from left to right, and never goes back: what may repeat must not accept what may
 * follow it (a pattern is 1-unambiguous, as XML content models are), which is checked when it is compiled. So
 * no value can make it slow.
 */

/** Which characters one place of a pattern accepts. */
class Place {
  /** Bits of U+0000 to U+003F and of U+0040 to U+007F. */
  low: u64 = 0;
  high: u64 = 0;
  /** Whether characters beyond ASCII are accepted: all of them or none. */
  beyond: bool = false;
  least: i32 = 1;
  most: i32 = 1;

  add(c: i32): void {
    if (c < 64) this.low |= (<u64>1) << c;
    else this.high |= (<u64>1) << (c - 64);
  }

  addRange(from: i32, to: i32): void {
    for (let c = from; c <= to; c++) this.add(c);
  }

  negate(): void {
    this.low = ~this.low;
    this.high = ~this.high;
    this.beyond = true;
  }

  accepts(lead: u32): bool {
    if (lead >= 0x80) return this.beyond;
    return lead < 64 ? ((this.low >> lead) & 1) != 0 : ((this.high >> (lead - 64)) & 1) != 0;
  }

  overlaps(other: Place): bool {
    return (this.low & other.low) != 0 || (this.high & other.high) != 0 || (this.beyond && other.beyond);
  }
}

/** Longest pattern, in characters, and most repeats of one place. */
const MAX_PATTERN: i32 = 256;
const UNBOUNDED: i32 = i32.MAX_VALUE;

export class Pattern {
  private places: Place[] = [];
  private at: i32 = 0;
  /** Why the text is no pattern; empty when it is one. */
  problem: string = '';

  constructor(private text: string) {
    if (text.length > MAX_PATTERN) this.problem = `it is longer than ${MAX_PATTERN} characters`;
    else this.compile();
  }

  /** Whether the whole value matches. The value is well-formed UTF-8. */
  matches(start: usize, size: i32): bool {
    let at = start;
    const end = start + size;
    for (let i = 0, count = this.places.length; i < count; i++) {
      const place = unchecked(this.places[i]);
      let times = 0;
      while (at < end && times < place.most) {
        const lead = <u32>load<u8>(at);
        if (!place.accepts(lead)) break;
        at += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        times++;
      }
      if (times < place.least) return false;
    }
    return at == end;
  }

  private compile(): void {
    // It is the whole value anyway.
    if (this.peek() == 0x5e) this.at++;
    while (this.at < this.text.length) {
      if (this.peek() == 0x24 && this.at == this.text.length - 1) break;
      const place = this.place();
      if (place === null || !this.repeat(place)) return;
      this.places.push(place);
    }
    for (let i = 0; i < this.places.length; i++) this.checkFollowers(i);
  }

  private checkFollowers(i: i32): void {
    const place = this.places[i];
    if (place.least == place.most) return;
    for (let j = i + 1; j < this.places.length; j++) {
      if (place.overlaps(this.places[j])) {
        this.problem = `place ${i + 1} may repeat, and accepts what place ${j + 1} does`;
        return;
      }
      if (this.places[j].least > 0) return;
    }
  }

  private peek(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  private fail(problem: string): bool {
    this.problem = `${problem}, at character ${this.at + 1}`;
    return false;
  }

  private place(): Place | null {
    const place = new Place();
    const c = this.peek();
    this.at++;
    if (c == 0x2e) {
      place.negate();
      return place;
    }
    if (c == 0x5b) return this.characterClass(place) ? place : null;
    if (c == 0x5c) return this.escape(place) >= -1 ? place : null;
    // ( ) * + ? { } |
    if (
      (c >= 0x28 && c <= 0x2b) ||
      c == 0x3f ||
      c == 0x7b ||
      c == 0x7c ||
      c == 0x7d ||
      c > 0x7e ||
      c < 0x20
    ) {
      this.at--;
      this.fail('a sign that has to be escaped, or is not supported');
      return null;
    }
    place.add(c);
    return place;
  }

  /** `\d`, `\w`, or a sign itself. Gives the sign, -1 for a class, -2 for neither. */
  private escape(place: Place): i32 {
    const c = this.peek();
    this.at++;
    if (c == 0x64 || c == 0x77) {
      place.addRange(0x30, 0x39);
      if (c == 0x64) return -1;
      place.addRange(0x41, 0x5a);
      place.addRange(0x61, 0x7a);
      place.add(0x5f);
      return -1;
    }
    const letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
    if (c < 0x20 || c > 0x7e || letter || (c >= 0x30 && c <= 0x39)) {
      this.fail('an unknown escape');
      return -2;
    }
    place.add(c);
    return c;
  }

  private characterClass(place: Place): bool {
    const negated = this.peek() == 0x5e;
    if (negated) this.at++;
    let first = true;
    while (this.peek() != 0x5d || first) {
      let from = this.peek();
      if (from < 0x20 || from > 0x7e) return this.fail('the end of a class, or a character of ASCII');
      this.at++;
      first = false;
      if (from == 0x5c) {
        from = this.escape(place);
        if (from == -2) return false;
        if (from == -1) continue;
      }
      // A minus before the closing bracket is itself.
      if (
        this.peek() == 0x2d &&
        this.at + 1 < this.text.length &&
        this.text.charCodeAt(this.at + 1) != 0x5d
      ) {
        this.at++;
        let to = this.peek();
        this.at++;
        if (to == 0x5c) to = this.escape(place);
        if (to < from || to > 0x7e) return this.fail('a range that goes up');
        place.addRange(from, to);
      } else {
        place.add(from);
      }
    }
    this.at++;
    if (negated) place.negate();
    return true;
  }

  private repeat(place: Place): bool {
    const c = this.peek();
    if (c == 0x2a || c == 0x2b || c == 0x3f) {
      this.at++;
      place.least = c == 0x2b ? 1 : 0;
      place.most = c == 0x3f ? 1 : UNBOUNDED;
      return true;
    }
    if (c != 0x7b) return true;
    this.at++;
    place.least = this.number();
    place.most = place.least;
    if (this.peek() == 0x2c) {
      this.at++;
      place.most = this.peek() == 0x7d ? UNBOUNDED : this.number();
    }
    if (this.peek() != 0x7d || place.least < 0 || place.most < max(1, place.least)) {
      return this.fail('a count such as {2}, {2,} or {2,4}');
    }
    this.at++;
    return true;
  }

  /** A number of at most four digits; -1 where there is none. */
  private number(): i32 {
    let number = -1;
    for (let digits = 0; digits < 4; digits++) {
      const c = this.peek();
      if (c < 0x30 || c > 0x39) break;
      number = max(number, 0) * 10 + c - 0x30;
      this.at++;
    }
    return number;
  }
}
