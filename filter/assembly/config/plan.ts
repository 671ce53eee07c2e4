import { Bytes } from '../abi/host';
import { Rules } from '../govern/govern';
import { Trust } from '../govern/trust';
import { When } from '../govern/when';
import { HeaderNames } from '../read/headers';
import { PathTemplate } from '../read/path';
import { RouteTemplates } from '../read/route-templates';
import { MetricSeries } from '../write/metric';

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
  /** A claim that Envoy's jwt_authn filter has verified: a property, which trust puts above what the caller says. */
  export const Claim: u8 = 9;
  /** A claim of the bearer token as the caller sent it. */
  export const Token: u8 = 10;
  export const ResponseHeader: u8 = 11;
  export const ResponseFlags: u8 = 12;
  export const Duration: u8 = 13;
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
    /** Property, claim: how it is handed over (`PropertyType`). Peer: which part (`PeerPart`). */
    public detail: i32 = 0,
    /** Path: its template. */
    public template: PathTemplate | null = null,
  ) {}

  /** Whether it can be read in the response phase only. */
  isOfResponse: bool = false;
  /** Whether it is what the caller says, and so worth only as much as the caller is trusted. */
  isClientSaid: bool = false;
  /** Whether what cannot stand on a span is replaced; else such a value is none. */
  isText: bool = false;
  /** Baggage, with trust: what is done with the member where it is not believed. */
  member: BaggageMember | null = null;
}

/** Where an attribute goes beside filter state. */
export class Targets {
  /** Request header for the upstream, and its slot. */
  header: Bytes | null = null;
  slot: i32 = -1;
  /** Member of W3C baggage. */
  baggageMember: Bytes | null = null;
  responseHeader: Bytes | null = null;
  metric: MetricSeries | null = null;

  /** Whether both write the same header, member or label. */
  meets(other: Targets): bool {
    const ownSeries = this.metric;
    const series = other.metric;
    return (
      same(this.header, other.header) ||
      same(this.baggageMember, other.baggageMember) ||
      same(this.responseHeader, other.responseHeader) ||
      (ownSeries !== null && series !== null && ownSeries.label == series.label)
    );
  }
}

function same(a: Bytes | null, b: Bytes | null): bool {
  if (a === null || b === null || a.byteLength != b.byteLength) return false;
  return memory.compare(changetype<usize>(a), changetype<usize>(b), a.byteLength) == 0;
}

/** For the many attributes that have none of a kind. */
const NO_SOURCES: Source[] = [];

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

  /** Sources of the response phase and what stands behind them in `from`; empty for most attributes. */
  responseSources: Source[] = NO_SOURCES;
  /** Whether trust applies. */
  isIdentity: bool = false;
  targets: Targets | null = null;
  /** With trust: the source whose verified claim stands above all others. */
  claim: Source | null = null;
  /** With trust: filter-state key that says that a header was not believed. */
  trustKey: Bytes | null = null;
  /** Request header that carries the attribute to `header_to_metadata`, on Envoys before 1.37. */
  outputHeader: Bytes | null = null;
  outputSlot: i32 = -1;
}

/** A member of the baggage header that requests leave with a value of ours, or without. */
export class BaggageMember {
  constructor(
    public name: Bytes,
    /** Index of the attribute whose value it gets; -1 for one that is only removed where it is not believed. */
    public attribute: i32,
  ) {}

  /** The stream, by its id, whose member contradicts a verified claim. */
  contradictedIn: u32 = 0;
}

/** A log line for the requests that a condition meets. */
export class DebugRule {
  constructor(
    public when: When,
    public level: usize,
  ) {}
}

/** What makes Envoy sample a request: a header that a route with `tracing` matches. */
export class Sampling {
  rules: When[] = [];
  slot: i32 = -1;

  constructor(public marker: Bytes) {}
}

/** What a request goes through: the attributes in the order of the configuration. */
export class Plan {
  attributes: Attribute[] = [];
  /** Names of the headers that the sources read. */
  headers: HeaderNames = new HeaderNames();
  trust: Trust | null = null;
  routes: RouteTemplates | null = null;
  sampling: Sampling | null = null;
  debugRules: DebugRule[] = [];
  /** Response header that gets the trace id; null for none. */
  traceIdHeader: Bytes | null = null;
  /** What is done with the baggage header, and its slot; empty for nothing. */
  baggage: BaggageMember[] = [];
  baggageSlot: i32 = -1;
  /** Headers of skipped attributes that are removed from strangers' requests. */
  deniedHeaders: Bytes[] = [];
  /** Slots of the headers that are removed from strangers' requests. */
  identitySlots: i32[] = [];
  methodSlot: i32 = -1;
  pathSlot: i32 = -1;
  /** Slots of the headers that a trace comes in, for `traceIdHeader`. */
  traceparentSlot: i32 = -1;
  b3Slot: i32 = -1;
  /** Whether attributes go into request headers too, for Envoys before 1.37. */
  writesHeaders: bool = false;
  /** Whether a request only sets filter state: the usual plan, which passes all else by. */
  isPlain: bool = true;
  /** Whether the response is looked at. */
  usesResponse: bool = false;
  /** Whether a counter of errors wants the response's status. */
  countsErrors: bool = false;
  /** Keys that no attribute may have, as other fields of the configuration set them. */
  reservedKeys: string[] = [];
  /** Any mistake refuses the configuration. */
  isStrict: bool = false;
  /** Number of this plan: no two of a VM have the same. */
  serial: u32 = 0;

  /** The index of an attribute by its key; -1 when there is none. */
  indexOf(key: string): i32 {
    for (let i = 0; i < this.attributes.length; i++) if (this.attributes[i].key == key) return i;
    return -1;
  }
}
