/**
 * One service as it is measured: `node service.cjs FRAMEWORK VARIANT CALL DOWNSTREAM`. It is CommonJS, as
 * OpenTelemetry's instrumentations patch what require() loads; and runs in the folder of peers.ts, whose
 * packages all variants share. `GET /` is measured; `GET /proof` tells what a call out carried; `GET /heap` is
 * the heap after a collection, where Node runs with --expose-gc.
 */
const [, , framework, variant, call, downstream] = process.argv;

const prepare = {
  none: () => undefined,
  als: () => undefined,
  meshspan: () => undefined,
  opentelemetry() {
    const { NodeTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-node');
    const {
      CompositePropagator,
      W3CBaggagePropagator,
      W3CTraceContextPropagator,
    } = require('@opentelemetry/core');
    const { B3InjectEncoding, B3Propagator } = require('@opentelemetry/propagator-b3');
    const { registerInstrumentations } = require('@opentelemetry/instrumentation');
    const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
    const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici');
    const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
    // Spans are made, batched and thrown away: what an exporter sends is not counted against it.
    const exporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} };
    const propagators = [
      new W3CTraceContextPropagator(),
      new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
      new W3CBaggagePropagator(),
    ];
    new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }).register({
      propagator: new CompositePropagator({ propagators }),
    });
    const own = framework === 'express' ? [new ExpressInstrumentation()] : [];
    registerInstrumentations({
      instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation(), ...own],
    });
  },
};
prepare[variant]();

const { AsyncLocalStorage } = variant === 'als' ? require('node:async_hooks') : {};
const http = require('node:http');

/** The least that can carry anything: a store with two headers, which nothing reads. */
const storage = variant === 'als' ? new AsyncLocalStorage() : undefined;
const minimal = ({ headers }, next) =>
  storage.run({ traceparent: headers.traceparent, user: headers['x-user-id'] }, next);

const agent = new http.Agent({ keepAlive: true });
const calls = {
  none: () => 'hello',
  fetch: async (url) => (await fetch(url)).text(),
  http: (url) =>
    new Promise((resolve, reject) => {
      http
        .get(url, { agent }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part) => {
            text += part;
          });
          response.on('end', () => resolve(text)).on('error', reject);
        })
        .on('error', reject);
    }),
};
const handle = () => calls[call](downstream);
const prove = () => calls[call === 'none' ? 'fetch' : call](`${downstream}/echo`);
const heap = () => {
  globalThis.gc();
  return String(process.memoryUsage().heapUsed);
};

async function startExpress() {
  const app = require('express')();
  if (variant === 'als') app.use((request, _response, next) => minimal(request, next));
  if (variant === 'meshspan') app.use(require('meshspan/express').meshspan());
  app.get('/', async (_request, response) => response.send(await handle()));
  app.get('/proof', async (_request, response) => response.send(await prove()));
  const server = app.listen(0, '127.0.0.1', () => started(server.address().port));
}

async function startFastify() {
  const app = require('fastify')();
  if (variant === 'als') app.addHook('onRequest', (request, _reply, next) => minimal(request, next));
  if (variant === 'meshspan') app.register(require('meshspan/fastify').meshspan);
  if (variant === 'opentelemetry') {
    const { FastifyOtelInstrumentation } = require('@fastify/otel');
    await app.register(new FastifyOtelInstrumentation().plugin());
  }
  app.get('/', async () => handle());
  app.get('/proof', async () => prove());
  app.get('/heap', async () => heap());
  await app.listen({ host: '127.0.0.1', port: 0 });
  started(app.server.address().port);
}

function started(port) {
  console.log(`listening on ${port}`);
}

void (framework === 'express' ? startExpress() : startFastify());
