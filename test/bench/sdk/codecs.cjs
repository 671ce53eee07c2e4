/**
 * What it costs to read and to write headers, meshspan and OpenTelemetry in turn within one process. Prints
 * JSON: nanoseconds for each, one for each batch. `meshspan` is the SDK's own extract() and inject(): all
 * three trace formats, baggage, request id and identity. `propagator` is meshspan/otel for OpenTelemetry's
 * interface, `opentelemetry` its composite of W3C, B3 and baggage: both read and write the same headers. `run` is
 * what of writing is AsyncLocalStorage's own: meshspan writes the context in force, the others one that they are given.
 */
const { randomBytes } = require('node:crypto');
const { ROOT_CONTEXT } = require('@opentelemetry/api');
const {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} = require('@opentelemetry/core');
const { B3InjectEncoding, B3Propagator } = require('@opentelemetry/propagator-b3');
const { extract, inject, run } = require('meshspan');
const { BaggagePropagator, TracePropagator } = require('meshspan/otel');

const sample = JSON.parse(process.argv[2]);
const BATCHES = 40;
const CALLS = 4000;
/** Too many for a processor to learn by heart, few enough to stay in its cache as a request just read does. */
const REQUESTS = 256;

/** The sample's headers with new ids, each a text of its own as Node's parser gives them: no two requests are of one trace. */
function request() {
  const ids = new Map();
  const renew = (id) => {
    if (!ids.has(id)) ids.set(id, randomBytes(id.length / 2).toString('hex'));
    return ids.get(id);
  };
  const entries = Object.entries(sample).map(([name, value]) => {
    const renewed = value.replace(/\b(?:[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{12})\b/g, renew);
    return [name, Buffer.from(renewed).latin1Slice()];
  });
  return Object.fromEntries(entries);
}
const requests = Array.from({ length: REQUESTS }, request);

const getter = { get: (carrier, key) => carrier[key], keys: Object.keys };
const setter = {
  set(carrier, key, value) {
    carrier[key] = value;
  },
};
const own = new CompositePropagator({
  propagators: [new TracePropagator({ propagation: ['w3c', 'b3multi'] }), new BaggagePropagator()],
});
const theirs = new CompositePropagator({
  propagators: [
    new W3CTraceContextPropagator(),
    new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
    new W3CBaggagePropagator(),
  ],
});

/** Each makes what one batch works on, and the work. Contexts are new: what is kept with one is not counted twice. */
const cases = {
  extract: {
    meshspan: { make: (_, index) => requests[index % REQUESTS], work: (carrier) => extract(carrier) },
    propagator: {
      make: (_, index) => requests[index % REQUESTS],
      work: (carrier) => own.extract(ROOT_CONTEXT, carrier, getter),
    },
    opentelemetry: {
      make: (_, index) => requests[index % REQUESTS],
      work: (carrier) => theirs.extract(ROOT_CONTEXT, carrier, getter),
    },
  },
  inject: {
    meshspan: { make: (_, index) => extract(requests[index % REQUESTS]), work: (made) => run(made, write) },
    run: { make: (_, index) => extract(requests[index % REQUESTS]), work: (made) => run(made, nothing) },
    propagator: {
      make: (_, index) => own.extract(ROOT_CONTEXT, requests[index % REQUESTS], getter),
      work: (made) => own.inject(made, {}, setter),
    },
    opentelemetry: {
      make: (_, index) => theirs.extract(ROOT_CONTEXT, requests[index % REQUESTS], getter),
      work: (made) => theirs.inject(made, {}, setter),
    },
  },
};
const write = () => inject({});
const nothing = () => undefined;

/** What was made last: work whose result nobody has could be left out by the compiler. */
let last;
const measured = {};
function note(direction, name, nanoseconds) {
  measured[direction] ??= {};
  measured[direction][name] ??= [];
  measured[direction][name].push(nanoseconds);
}
for (let batch = -10; batch < BATCHES; batch++) {
  for (const [direction, variants] of Object.entries(cases)) {
    for (const [name, { make, work }] of Object.entries(variants)) {
      const inputs = Array.from({ length: CALLS }, make);
      const started = process.hrtime.bigint();
      for (const input of inputs) last = work(input);
      const nanoseconds = Number(process.hrtime.bigint() - started) / CALLS;
      // Batches below zero are those in which V8 compiles.
      if (batch >= 0) note(direction, name, nanoseconds);
    }
  }
}
console.log(JSON.stringify({ measured, last: typeof last }));
