/** `node --require ./instrumentation.js app.js`: the service with OpenTelemetry, whose spans then go out. */
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { NodeSDK } = require('@opentelemetry/sdk-node');
const {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} = require('@opentelemetry/sdk-trace');
const { B3Sampler, IdentitySpanProcessor, TracePropagator } = require('meshspan/otel');

const sdk = new NodeSDK({
  serviceName: 'orders',
  // B3 to whoever calls and is called, whatever came in; a caller who defers leaves the decision to this service.
  textMapPropagator: new TracePropagator({ propagation: ['b3multi', 'w3c'] }),
  sampler: new B3Sampler(new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(1) })),
  spanProcessors: [
    new IdentitySpanProcessor(),
    new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }),
  ],
  instrumentations: [new HttpInstrumentation()],
});
sdk.start();

process.once('SIGTERM', () => sdk.shutdown().finally(() => process.exit(0)));
