/** `node --import ./instrumentation.js app.js`: the service with OpenTelemetry, whose spans then go out. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { IdentitySpanProcessor, TracePropagator } from 'meshspan/otel';

const sdk = new NodeSDK({
  serviceName: 'orders',
  textMapPropagator: new TracePropagator(),
  // To OTEL_EXPORTER_OTLP_ENDPOINT; http://localhost:4318 where there is none.
  spanProcessors: [
    new IdentitySpanProcessor(),
    new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }),
  ],
  instrumentations: [new HttpInstrumentation()],
});
sdk.start();

process.once('SIGTERM', () => sdk.shutdown().finally(() => process.exit(0)));
