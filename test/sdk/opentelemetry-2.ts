/** What sdk/test/opentelemetry.ts is for SDK 3, for (api 1.9, SDK 2.12): the packages of this workspace. */
import { type Context, context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { onTestFinished } from 'vitest';

interface Tracing {
  propagator: TextMapPropagator;
  sampler?: Sampler;
  processors?: readonly SpanProcessor[];
}

interface Exported {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export function startTracing({ propagator, sampler = ROOT, processors = [] }: Tracing): () => Exported[] {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [...processors, new SimpleSpanProcessor(exporter)];
  const contextManager = new AsyncLocalStorageContextManager();
  new NodeTracerProvider({ sampler, spanProcessors }).register({ propagator, contextManager });
  onTestFinished(() => {
    trace.disable();
    context.disable();
    propagation.disable();
  });
  return () => exporter.getFinishedSpans();
}

export const ROOT: Sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() });

export function suppressed(active: Context): Context {
  return suppressTracing(active);
}

export const MAJOR: number = 2;
