import { refuse } from '../diagnostics.ts';
import type { IncomingHeaders } from '../formats/incoming-headers.ts';

/**
 * What headers of a message come in. Names in any case, each with a text, a Buffer of UTF-8, a list of those,
 * or an attribute of SQS or SNS: a plain object (KafkaJS, amqplib, MessageAttributes), a Map, Headers or
 * anything else that yields pairs, gRPC Metadata, a list of one-entry objects (node-rdkafka), or a flat list
 * of names and values (`rawHeaders`). What is none of these reads as no headers.
 */
export type Carrier = object | null | undefined;

/**
 * Collects the headers called `names` (lower case) from any such carrier. Names that differ in case alone are
 * one header that came twice. Never throws: what a carrier's own code throws counts as a refusal.
 */
export function readCarrier(carrier: Carrier, names: ReadonlySet<string>): IncomingHeaders {
  const headers: Record<string, string | string[]> = {};
  const collect = (name: unknown, value: unknown): void => {
    if (typeof name !== 'string') return;
    const lowered = names.has(name) ? name : name.toLowerCase();
    if (!names.has(lowered)) return;
    const before = headers[lowered];
    if (before === undefined && typeof value === 'string') {
      headers[lowered] = value;
      return;
    }
    const texts = textsOf(value);
    if (before !== undefined) headers[lowered] = [before, texts].flat();
    else if (texts.length > 0) headers[lowered] = texts.length === 1 ? (texts[0] as string) : texts;
  };
  try {
    if (isPlain(carrier, names)) return carrier;
    eachHeader(carrier, collect);
  } catch {
    refuse('carrier', 'malformed');
  }
  return headers;
}

/** Whether it is what IncomingHeaders says already, as Node's own headers and most messages' are. */
function isPlain(carrier: Carrier, names: ReadonlySet<string>): carrier is IncomingHeaders {
  if (typeof carrier !== 'object' || carrier === null) return false;
  // Asked so, as V8 calls Object.getPrototypeOf() out of line.
  if (carrier.constructor !== Object) return false;
  if (Symbol.iterator in carrier || 'getMap' in carrier) return false;
  for (const name in carrier) {
    if (names.has(name)) {
      if (typeof (carrier as Record<string, unknown>)[name] !== 'string') return false;
    } else if (names.has(name.toLowerCase())) return false;
  }
  return true;
}

type Collect = (name: unknown, value: unknown) => void;

function eachHeader(carrier: Carrier, collect: Collect): void {
  if (typeof carrier !== 'object' || carrier === null) return;
  // gRPC's Metadata keeps its headers private; its getMap() gives the first value of each name.
  if ('getMap' in carrier && typeof carrier.getMap === 'function') {
    eachHeader(carrier.getMap() as Carrier, collect);
  } else if (Symbol.iterator in carrier) {
    eachItem([...(carrier as Iterable<unknown>)], collect);
  } else {
    for (const name of Object.keys(carrier)) collect(name, (carrier as Record<string, unknown>)[name]);
  }
}

function eachItem(items: readonly unknown[], collect: Collect): void {
  if (typeof items[0] === 'string') {
    for (let index = 0; index < items.length; index += 2) collect(items[index], items[index + 1]);
    return;
  }
  for (const item of items) {
    if (Array.isArray(item)) collect(item[0], item[1]);
    else if (typeof item === 'object' && item !== null) eachHeader(item, collect);
  }
}

/** The texts of one header's value; none where it is nothing that a header can hold. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  // Clients encode a text as UTF-8 (kafkajs src/protocol/encoder.js, amqplib lib/codec.js).
  if (value instanceof Uint8Array) return [new TextDecoder().decode(value)];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return typeof value === 'object' && value !== null ? textsOfAttribute(value as Attribute) : [];
}

/** An attribute as the SQS client has it, as Lambda gets it, and as SNS writes it into a message's body. */
interface Attribute {
  readonly StringValue?: unknown;
  readonly stringValue?: unknown;
  readonly BinaryValue?: unknown;
  readonly Type?: unknown;
  readonly Value?: unknown;
}

function textsOfAttribute(attribute: Attribute): string[] {
  const { StringValue, stringValue, BinaryValue, Type, Value } = attribute;
  const value = StringValue ?? stringValue ?? BinaryValue ?? (Type === 'String' ? Value : undefined);
  return typeof value === 'string' || value instanceof Uint8Array ? textsOf(value) : [];
}
