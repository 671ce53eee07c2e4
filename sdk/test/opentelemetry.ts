import { type Context, context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { onTestFinished } from 'vitest';

/** How an OpenTelemetry SDK is set up. */
export interface Tracing {
  propagator: TextMapPropagator;
  /** Default: parent-based, and always on without a parent. */
  sampler?: Sampler;
  processors?: readonly SpanProcessor[];
}

/** A span that was exported: its name, ids and attributes. */
export interface Exported {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * Registers a real OpenTelemetry SDK until the test ends: 3.x here. vitest.config.ts puts
 * test/sdk/opentelemetry-2.ts in this module's place for the project sdk-opentelemetry-2.
 */
export function startTracing({ propagator, sampler = ROOT, processors = [] }: Tracing): () => Exported[] {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [...processors, new SimpleSpanProcessor({ exporter })];
  trace.setGlobalTracerProvider(new TracerProvider({ sampler, spanProcessors }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(propagator);
  onTestFinished(() => {
    trace.disable();
    context.disable();
    propagation.disable();
  });
  return () => exporter.getFinishedSpans();
}

/** Parent-based, and always on without a parent. */
export const ROOT: Sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() });

/** A context in which nothing may be traced, as the exporters make one. */
export function suppressed(active: Context): Context {
  return suppressTracing(active);
}

/** Major version of the SDK. */
export const MAJOR: number = 3;
