export enum JsonKind {
  Null,
  Boolean,
  Number,
  Text,
  List,
  Record,
}

/** A JSON value. Only the fields of its `kind` mean anything. */
export class Json {
  truth: bool = false;
  number: f64 = 0;
  /** Of a number: as it is written, for messages (AssemblyScript's number printer weighs 8 KiB). */
  text: string = '';
  items: Json[] = [];
  /** Names of a record, in the order of the text; `items` holds their values. */
  names: string[] = [];

  constructor(public kind: JsonKind) {}

  /** A record's member, or null. Of a repeated name the last counts, as in ECMAScript. */
  get(name: string): Json | null {
    const at = this.names.lastIndexOf(name);
    return at < 0 ? null : this.items[at];
  }
}
