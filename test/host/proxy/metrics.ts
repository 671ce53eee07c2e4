import { METRIC_TYPES, type MetricType, Status } from './abi.ts';

/** The values of all metrics of a proxy by name; VMs that define one name share one metric. */
export class Stats {
  readonly #values: Map<string, bigint> = new Map();

  /** The value of a metric; undefined when nobody has defined it. */
  value(name: string): bigint | undefined {
    return this.#values.get(name);
  }

  define(name: string): void {
    if (!this.#values.has(name)) this.#values.set(name, 0n);
  }

  add(name: string, by: bigint): void {
    this.#values.set(name, (this.#values.get(name) ?? 0n) + by);
  }

  set(name: string, value: bigint): void {
    this.#values.set(name, value);
  }

  /** Names of all metrics, in the order in which they were first defined. */
  get names(): readonly string[] {
    return [...this.#values.keys()];
  }
}

/** The metric ids of one VM. */
export class Metrics {
  readonly #stats: Stats;
  readonly #names: Map<number, { readonly type: MetricType; readonly name: string }> = new Map();
  #defined = 0;

  constructor(stats: Stats) {
    this.#stats = stats;
  }

  /** A new id at each call; the low two bits are its type (`WasmBase::kMetricTypeMask`). Never 0. */
  define(type: number, name: string): number | undefined {
    const typeName = METRIC_TYPES[type];
    if (typeName === undefined) return undefined;
    this.#defined += 1;
    const id = this.#defined * 4 + type;
    this.#names.set(id, { type: typeName, name });
    this.#stats.define(name);
    return id;
  }

  /** Envoy `Context::incrementMetric`: a counter only goes up. */
  increment(id: number, by: bigint): Status {
    const metric = this.#names.get(id);
    if (metric === undefined) return Status.NotFound;
    if (metric.type === 'Histogram' || (metric.type === 'Counter' && by <= 0n)) return Status.BadArgument;
    this.#stats.add(metric.name, by);
    return Status.Ok;
  }

  /** Envoy `Context::recordMetric`: sets a gauge, adds to a counter. */
  record(id: number, value: bigint): Status {
    const metric = this.#names.get(id);
    if (metric === undefined) return Status.NotFound;
    if (metric.type === 'Counter') this.#stats.add(metric.name, value);
    else if (metric.type === 'Gauge') this.#stats.set(metric.name, value);
    return Status.Ok;
  }

  /** Envoy `Context::getMetric`: a histogram has no value. */
  get(id: number): { readonly status: Status; readonly value: bigint } {
    const metric = this.#names.get(id);
    if (metric === undefined) return { status: Status.NotFound, value: 0n };
    if (metric.type === 'Histogram') return { status: Status.BadArgument, value: 0n };
    return { status: Status.Ok, value: this.#stats.value(metric.name) ?? 0n };
  }
}
