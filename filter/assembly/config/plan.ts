import { Bytes } from '../abi/host';

/** Where a value comes from. */
export namespace SourceKind {
  export const Header: u8 = 0;
  export const Property: u8 = 1;
  export const Literal: u8 = 2;
}

/** One place to look for a value. */
export class Source {
  constructor(
    public kind: u8,
    /** Header: its name. Property: its path, parts separated by NUL. Literal: the value itself. */
    public bytes: Bytes,
  ) {}
}

/** A governed attribute, compiled: every byte that a request needs is ready. */
export class Attribute {
  constructor(
    public key: string,
    /** Filter-state key without Envoy's `wasm.`: `meshspan.<key>`. */
    public stateKey: Bytes,
    public sources: Source[],
    /** Longest value, in characters. */
    public maxLength: i32,
  ) {}
}

/** What a request goes through: the attributes in the order of the configuration. */
export class Plan {
  attributes: Attribute[] = [];
}
