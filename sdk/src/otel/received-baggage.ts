import {
  type Baggage,
  type BaggageEntry,
  baggageEntryMetadataFromString,
  propagation,
} from '@opentelemetry/api';

/** What is spelt otherwise by those who write it anew: percent-encoding, properties, white space. */
const NOT_PLAIN = /[%; \t]/;

/** OpenTelemetry's Baggage of a checked header; one that is plain is taken apart when somebody asks for it. */
export function baggageOf(checked: string): Baggage {
  return NOT_PLAIN.test(checked) ? parse(checked) : new ReceivedBaggage(checked);
}

/** Baggage as it came: most services send it on, and never look at it. */
export class ReceivedBaggage implements Baggage {
  readonly received: string;
  #parsed: Baggage | undefined;

  /** @param received what parseBaggage() has let pass. */
  constructor(received: string) {
    this.received = received;
  }

  get #entries(): Baggage {
    this.#parsed ??= parse(this.received);
    return this.#parsed;
  }

  getEntry(key: string): BaggageEntry | undefined {
    return this.#entries.getEntry(key);
  }

  getAllEntries(): [string, BaggageEntry][] {
    return this.#entries.getAllEntries();
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return this.#entries.setEntry(key, entry);
  }

  removeEntry(key: string): Baggage {
    return this.#entries.removeEntry(key);
  }

  removeEntries(...keys: string[]): Baggage {
    return this.#entries.removeEntries(...keys);
  }

  clear(): Baggage {
    return this.#entries.clear();
  }
}

function parse(checked: string): Baggage {
  const entries: [string, BaggageEntry][] = checked.split(',').map((member) => {
    const [pair = '', ...properties] = member.split(';');
    const at = pair.indexOf('=');
    const metadata = properties.join(';').trim();
    const entry: BaggageEntry = { value: decode(pair.slice(at + 1).trim()) };
    if (metadata !== '') entry.metadata = baggageEntryMetadataFromString(metadata);
    return [pair.slice(0, at).trim(), entry];
  });
  return propagation.createBaggage(Object.fromEntries(entries));
}

/** A value that is no proper percent-encoding stands for itself. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
