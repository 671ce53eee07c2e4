import { Bytes } from '../abi/host';
import { Rules } from '../govern/govern';
import { HeaderNames } from '../read/headers';
import { PathTemplate } from '../read/path';

/** Where a value comes from. */
export namespace SourceKind {
  export const Header: u8 = 0;
  export const Property: u8 = 1;
  export const Literal: u8 = 2;
  /** An environment variable; read at configuration. */
  export const Environment: u8 = 3;
  export const Cookie: u8 = 4;
  export const Query: u8 = 5;
  export const Path: u8 = 6;
  export const Baggage: u8 = 7;
  export const Peer: u8 = 8;
}

/** One place to look for a value. */
export class Source {
  constructor(
    public kind: u8,
    /**
     * Property: its path, parts separated by NUL. Literal: the value itself. Environment: the variable's name.
     * Cookie, query, baggage: the member's name.
     */
    public bytes: Bytes,
    /** The request header that it is read from, in lower case; null when it is from none. */
    public header: Bytes | null = null,
    /** The slot of that header. */
    public slot: i32 = 0,
    /** Property: how it is handed over (`PropertyType`). Peer: which part (`PeerPart`). */
    public detail: i32 = 0,
    /** Path: its template. */
    public template: PathTemplate | null = null,
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
    /** Whether the first value of a repeated header counts; else it has none, as a backend may read another. */
    public takesFirst: bool,
    /** Rules beside the length; null for most attributes. */
    public rules: Rules | null = null,
  ) {}
}

/** What a request goes through: the attributes in the order of the configuration. */
export class Plan {
  attributes: Attribute[] = [];
  /** Names of the headers that the sources read. */
  headers: HeaderNames = new HeaderNames();
}
