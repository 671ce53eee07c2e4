import { CARRIED, currentCarried } from '../context.ts';
import { MeshspanError } from '../errors.ts';
import { read } from '../formats/incoming-headers.ts';
import { readCarrier } from '../inbound/read-carrier.ts';
import { checkNames } from '../option-checks.ts';
import { type HeaderAccess, injectInto } from './inject.ts';

/** How {@link inject} writes; all of it is optional. */
export interface InjectOptions<Target extends object> {
  /** Writes one header. Default: `carrier.set(name, value)` where there is such a method, else `carrier[name] = value`. */
  set?: (carrier: Target, name: string, value: string) => void;
  /** Whether identity and baggage go too. Default true: the queues of a mesh are the mesh's own. */
  identity?: boolean;
}

/**
 * Writes the headers of the context in force into a message's headers, for queues, worker threads and other
 * ways than HTTP; extract() reads them at the other end. What is there already wins, in any case of its name.
 * Outside of any context nothing is written.
 *
 * @param carrier a plain object, a Map, Headers, or with `set` anything; it is changed.
 * @returns the carrier.
 * @throws MeshspanError MESHSPAN_ERR_CARRIER where the carrier is none of these; MESHSPAN_ERR_OPTIONS for an
 * option that is not known, or an `identity` that is neither true nor false.
 * @example
 * producer.send({ topic: 'orders', messages: [{ value, headers: inject({}) }] }); // Kafka, by KafkaJS
 * channel.publish('orders', 'placed', body, { headers: inject({}) }); // AMQP, by amqplib
 * const set = (carrier, name, value) => { carrier[name] = { DataType: 'String', StringValue: value }; };
 * new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: inject({}, { set }) }); // SQS: 10 attributes
 */
export function inject<Target extends object>(
  carrier: Target,
  options: InjectOptions<Target> = DEFAULTS,
): Target {
  const identity = options === DEFAULTS || checkedIdentity(options);
  if (options.set === undefined && isEmptyObject(carrier)) {
    const context = currentCarried();
    if (context !== undefined) injectInto(context, carrier, emptyObject, identity);
    return carrier;
  }
  const set = options.set ?? setterOf(carrier);
  const context = currentCarried();
  if (context === undefined) return carrier;
  const present = readCarrier(carrier, context[CARRIED].settings.names);
  const isEmpty = Object.keys(present).length === 0;
  const access = { get: (_: Target, name: string) => read(present, name), set, isBlank: () => isEmpty };
  injectInto(context, carrier, access, identity);
  return carrier;
}

/** Made once: a consumer injects into every message. */
const DEFAULTS = {};
const KNOWN = ['set', 'identity'];

/** Whether identity goes too. What is no clear answer is refused, since to guess might send it out of the mesh. */
function checkedIdentity(options: { identity?: boolean }): boolean {
  checkNames(options, KNOWN, KNOWN);
  const { identity = true } = options;
  if (typeof identity === 'boolean') return identity;
  const mend = 'Write false for a queue that leads out of the mesh, or leave it out.';
  throw new MeshspanError('MESHSPAN_ERR_OPTIONS', 'options.identity', identity, mend);
}

/** Whether it is a plain object that holds nothing, as most carriers are: nothing is to be looked for in it. */
function isEmptyObject(carrier: object): carrier is Record<string, string> {
  if (typeof carrier !== 'object' || carrier === null) return false;
  // Asked so, as V8 calls Object.getPrototypeOf() out of line.
  if (carrier.constructor !== Object || 'set' in carrier) return false;
  for (const _ in carrier) return false;
  return true;
}

const emptyObject: HeaderAccess<Record<string, string>> = {
  get: () => undefined,
  isBlank: () => true,
  set(target, name, value) {
    // Spelt out: a property is added in a third of the time where its name is a constant.
    if (name === 'traceparent') target.traceparent = value;
    else if (name === 'tracestate') target.tracestate = value;
    else if (name === 'b3') target.b3 = value;
    else if (name === 'x-b3-traceid') target['x-b3-traceid'] = value;
    else if (name === 'x-b3-spanid') target['x-b3-spanid'] = value;
    else if (name === 'x-b3-parentspanid') target['x-b3-parentspanid'] = value;
    else if (name === 'x-b3-sampled') target['x-b3-sampled'] = value;
    else if (name === 'x-request-id') target['x-request-id'] = value;
    else if (name === 'baggage') target.baggage = value;
    else if (name === 'x-user-id') target['x-user-id'] = value;
    else if (name === 'x-tenant-id') target['x-tenant-id'] = value;
    else target[name] = value;
  },
};

function setterOf<Target extends object>(carrier: Target): NonNullable<InjectOptions<Target>['set']> {
  const isObject = typeof carrier === 'object' && carrier !== null;
  if (isObject && 'set' in carrier && typeof carrier.set === 'function') {
    return (target, name, value) => (target as unknown as Map<string, string>).set(name, value);
  }
  if (!isObject || Symbol.iterator in carrier) {
    const mend = 'Give a way to write to it: inject(carrier, { set(carrier, name, value) { … } }).';
    throw new MeshspanError('MESHSPAN_ERR_CARRIER', 'inject(carrier)', carrier, mend);
  }
  return (target, name, value) => {
    (target as Record<string, string>)[name] = value;
  };
}
