import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CarriedContext } from '../context.ts';
import type { Settings } from '../options.ts';
import { recordingSpan } from '../otel/active-span.ts';
import { rememberForRequest } from '../otel/context-storage.ts';
import { setIdentityAttributes } from '../otel/identity-attributes.ts';
import { traceparentNow } from '../position.ts';
import { contextOf } from './extract.ts';
import { holdInEvents } from './hold.ts';
import { announce } from './server-timing.ts';

/** The step that every adapter takes with a request: its context, also in its events, its span's attributes, its answer's header. */
export function receive(
  request: IncomingMessage,
  response: ServerResponse,
  settings: Settings,
): CarriedContext {
  const context = contextOf(request, settings);
  holdInEvents(request, context);
  holdInEvents(response, context);
  rememberForRequest(context);
  if (settings.mode !== 'forward') describeSpan(context);
  if (settings.serverTiming) announce(response, traceparentNow(context));
  return context;
}

/** The server span of an OpenTelemetry instrumentation, which began before any of our code, learns for whom it is. */
function describeSpan({ identity }: CarriedContext): void {
  const span = recordingSpan();
  if (span !== undefined) setIdentityAttributes(span, identity);
}
