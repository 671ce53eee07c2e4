import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CarriedContext, enter } from '../context.ts';
import type { Settings } from '../options.ts';
import { recordingSpan } from '../otel/active-span.ts';
import { rememberForRequest } from '../otel/context-storage.ts';
import { setIdentityAttributes } from '../otel/identity-attributes.ts';
import { traceparentNow } from '../position.ts';
import { contextOf } from './extract.ts';
import { holdInEvents } from './hold.ts';
import { announce } from './server-timing.ts';

/**
 * The step that every adapter takes with a request: its context, in force for `next` and in the request's events,
 * its span's attributes, its answer's header. Returns what `next` returns.
 */
export function receive<Result>(
  request: IncomingMessage,
  response: ServerResponse,
  settings: Settings,
  next: (context: CarriedContext) => Result,
): Result {
  const context = contextOf(request, settings);
  return enter(context, () => {
    holdInEvents(request, response, context);
    rememberForRequest(context);
    if (settings.mode !== 'forward') describeSpan(context);
    if (settings.serverTiming) announce(response, traceparentNow(context));
    return next(context);
  });
}

/** The server span of an OpenTelemetry instrumentation, which began before any of our code, learns for whom it is. */
function describeSpan({ identity }: CarriedContext): void {
  const span = recordingSpan();
  if (span !== undefined) setIdentityAttributes(span, identity);
}
