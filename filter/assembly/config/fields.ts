import { Json, JsonKind } from './json';
import { Code, Problem } from './problems';

/** A record of the configuration while it is read: gives its fields, and tells what is wrong with them. */
export class Fields {
  /** Whether a problem was told of this record. */
  wrong: bool = false;

  constructor(
    public json: Json,
    /** JSON path of the record. */
    public path: string,
    public problems: Problem[],
    /** What follows from a problem. */
    public consequence: string,
  ) {}

  /** A record that is none is told of; its fields are as if they were not there. */
  isRecord(): bool {
    if (this.json.kind == JsonKind.Record) return true;
    this.tell(Code.WrongType, this.path, kindName(JsonKind.Record), describe(this.json));
    return false;
  }

  /** Tells of the first field that is not one of the names. */
  only(names: string[]): bool {
    for (let i = 0; i < this.json.names.length; i++) {
      if (names.includes(this.json.names[i])) continue;
      const where = `${this.path}.${this.json.names[i]}`;
      this.tell(Code.Unknown, where, `one of ${names.join(', ')}`, 'an unknown field');
      return false;
    }
    return true;
  }

  /** A field of a kind; null where it is not there or of another kind. */
  of(name: string, kind: JsonKind): Json | null {
    const value = this.json.get(name);
    if (value === null || value.kind == kind) return value;
    this.tell(Code.WrongType, `${this.path}.${name}`, kindName(kind), describe(value));
    return null;
  }

  /** A text that has to be there and not be empty. */
  requiredText(name: string): string | null {
    const where = `${this.path}.${name}`;
    if (this.json.get(name) === null) {
      this.tell(Code.Missing, where, kindName(JsonKind.Text), 'nothing');
      return null;
    }
    const value = this.of(name, JsonKind.Text);
    if (value === null) return null;
    if (value.text.length > 0) return value.text;
    this.tell(Code.WrongValue, where, 'a text of at least one character', '""');
    return null;
  }

  /** A whole number within bounds; `absent` where it is not there. */
  whole(name: string, what: string, least: i32, most: i32, absent: i32): i32 {
    const value = this.json.get(name);
    if (value === null) return absent;
    const number = value.number;
    if (value.kind == JsonKind.Number && number >= least && number <= most && number == Math.floor(number)) {
      return <i32>number;
    }
    const expected = `a whole number of ${what} from ${least} to ${most}`;
    this.refuse(name, expected, describe(value));
    return absent;
  }

  /** One of two texts: true for `yes`, false for `no` and where the field is not there. */
  either(name: string, yes: string, no: string): bool {
    const value = this.json.get(name);
    if (value === null) return false;
    const isText = value.kind == JsonKind.Text;
    if (isText && value.text == yes) return true;
    if (!isText || value.text != no) {
      this.refuse(name, `"${no}" or "${yes}"`, describe(value));
    }
    return false;
  }

  /** The fields of a record inside of this one. */
  inner(json: Json, name: string): Fields {
    return new Fields(json, `${this.path}.${name}`, this.problems, this.consequence);
  }

  /** The fields of an item of a list. */
  item(json: Json, name: string, index: i32): Fields {
    return this.inner(json, `${name}[${index}]`);
  }

  /** A list of 1 to `most` items, which has to be there. */
  list(name: string, most: i32): Json | null {
    const value = this.json.get(name);
    const isList = value !== null && value.kind == JsonKind.List;
    if (isList && value!.items.length > 0 && value!.items.length <= most) return value;
    const code = value === null ? Code.Missing : isList ? Code.WrongValue : Code.WrongType;
    const got = value === null ? 'nothing' : isList ? `${value.items.length} items` : describe(value);
    this.tell(code, `${this.path}.${name}`, `a list of 1 to ${most} items`, got);
    return null;
  }

  /** True or false; false where it is not there. */
  flag(name: string): bool {
    const value = this.of(name, JsonKind.Boolean);
    return value !== null && value.truth;
  }

  /** Tells of a field that needs the response, in a module that sees none. */
  refuseResponse(name: string): void {
    this.refuse(name, 'what can be done before the response', 'what needs it; use meshspan.wasm');
  }

  /** Tells of a field with a value that is not allowed. */
  refuse(name: string, expected: string, got: string): void {
    this.tell(Code.WrongValue, `${this.path}.${name}`, expected, got);
  }

  tell(code: string, where: string, expected: string, got: string): void {
    this.wrong = true;
    this.problems.push(new Problem(code, where, expected, got, this.consequence));
  }
}

/** A piece of the configuration in a message. */
export function quoted(text: string): string {
  return '"' + text + '"';
}

export function kindName(kind: JsonKind): string {
  if (kind == JsonKind.Text) return 'a text';
  if (kind == JsonKind.Number) return 'a number';
  if (kind == JsonKind.List) return 'a list';
  if (kind == JsonKind.Record) return 'a record';
  return kind == JsonKind.Boolean ? 'true or false' : 'null';
}

export function describe(json: Json): string {
  if (json.kind == JsonKind.Text) return `the text "${json.text}"`;
  if (json.kind == JsonKind.Number) return `the number ${json.text}`;
  if (json.kind == JsonKind.Record && json.names.length != 1) {
    return `a record of ${json.names.length} fields`;
  }
  return kindName(json.kind);
}
