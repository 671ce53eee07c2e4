import { CARRIED, currentCarried } from '../context.ts';
import { MeshspanError } from '../errors.ts';
import { read } from '../formats/incoming-headers.ts';
import { readCarrier } from '../inbound/read-carrier.ts';
import { injectInto } from './inject.ts';

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
 * @throws MeshspanError MESHSPAN_ERR_CARRIER where the carrier is none of these.
 * @example
 * producer.send({ topic: 'orders', messages: [{ value, headers: inject({}) }] }); // Kafka, by KafkaJS
 * channel.publish('orders', 'placed', body, { headers: inject({}) }); // AMQP, by amqplib
 * const set = (carrier, name, value) => { carrier[name] = { DataType: 'String', StringValue: value }; };
 * new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: inject({}, { set }) }); // SQS: 10 attributes
 */
export function inject<Target extends object>(carrier: Target, options: InjectOptions<Target> = {}): Target {
  const { set = setterOf(carrier), identity = true } = options;
  const context = currentCarried();
  if (context === undefined) return carrier;
  const present = readCarrier(carrier, context[CARRIED].settings.names);
  const isEmpty = Object.keys(present).length === 0;
  const access = { get: (_: Target, name: string) => read(present, name), set, isBlank: () => isEmpty };
  injectInto(context, carrier, access, identity);
  return carrier;
}

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
