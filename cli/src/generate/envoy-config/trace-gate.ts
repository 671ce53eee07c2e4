/**
 * The trace gate: header mutations that run before the tracer reads a request's trace headers
 * (`early_header_mutation_extensions` of the HTTP connection manager). For the OpenTelemetry tracer, which
 * reads W3C only and, of a `traceparent` that it cannot read, makes no span at all (Envoy 1.37 to 1.40,
 * source/extensions/tracers/opentelemetry/span_context_extractor.cc).
 */
import { all, has, hasLength, header, matches, not, text, writeWhen } from './cel.ts';

/** One mutation (`envoy.config.common.mutation_rules.v3.HeaderMutation`). */
export type HeaderMutation =
  | { readonly remove: string }
  | {
      readonly append: {
        readonly header: { readonly key: string; readonly value: string };
        readonly append_action: 'ADD_IF_ABSENT';
      };
    };

/** Holds a value between two mutations; nothing of it is left behind the gate. */
const SCRATCH = 'x-meshspan-tmp';
const HEX_DIGIT = '[0-9a-f]';
const HEX = `${HEX_DIGIT}+`;
/** B3 allows capitals; the tracer reads both. */
const HEX_ANY_CASE = '[0-9a-fA-F]+';
/** Trace id of 32 digits, span id of 16, and the minus between them. */
const SINGLE_B3_IDS = 49;
const TRACEPARENT = 55;
const ZERO_TRACE_ID = '0'.repeat(32);
const ZERO_SPAN_ID = '0'.repeat(16);

/**
 * The mutations, in their order: a `traceparent` that the tracer cannot read goes, and where there is none
 * then, one is made of the caller's B3 headers, multi before single. Costs about 7 µs a request (measured).
 * Not covered: `b3: 0`, a denial without ids, which W3C cannot say, and in `b3` a trace id of 64 bits.
 */
export function traceGate(): HeaderMutation[] {
  return [...dropUnreadableTraceparent(), fromMultiB3(), ...fromSingleB3()];
}

/** The gate as an entry of `early_header_mutation_extensions`. */
export function traceGateExtension(): object {
  return {
    name: 'meshspan.trace_gate',
    typed_config: {
      '@type':
        'type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
      mutations: traceGate(),
    },
  };
}

/** No mutation removes by a condition: what is to stay is set aside, and put back after the removal. */
function dropUnreadableTraceparent(): HeaderMutation[] {
  return [
    // A caller's own header of this name would be taken for the trace.
    remove(SCRATCH),
    add(SCRATCH, writeWhen(isReadableTraceparent(), header('traceparent'))),
    remove('traceparent'),
    add('traceparent', writeWhen(has(SCRATCH), header(SCRATCH))),
    remove(SCRATCH),
  ];
}

/**
 * W3C Trace Context, 3.2.2, as the tracer reads it: 55 characters in any version, lower case, no id of zeros, no
 * version ff. The length of the trace id follows from the others: a second count would make the expression
 * larger than Envoy allows.
 */
function isReadableTraceparent(): string {
  const value = header('traceparent');
  return all(
    has('traceparent'),
    `size(${value}) == ${TRACEPARENT}`,
    matches(value, `${HEX_DIGIT}{2}-${HEX}-${HEX_DIGIT}{16}-${HEX_DIGIT}{2}`),
    `!${value}.startsWith('00-${ZERO_TRACE_ID}')`,
    `!${value}.contains('-${ZERO_SPAN_ID}-')`,
    `!${value}.startsWith('ff')`,
  );
}

/** X-B3-TraceId, X-B3-SpanId, X-B3-Sampled; a trace id of 64 bits gets zeros in front, as Zipkin's rule is. */
function fromMultiB3(): HeaderMutation {
  const [traceId, spanId, sampled] = ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled'] as const;
  const usable = all(
    not(has('traceparent')),
    has(traceId),
    has(spanId),
    hasLength(header(traceId), 32, 16),
    matches(header(traceId), HEX_ANY_CASE),
    not(matches(header(traceId), '0+')),
    `size(${header(spanId)}) == 16`,
    matches(header(spanId), HEX_ANY_CASE),
    not(matches(header(spanId), '0+')),
  );
  const denied = all(has(sampled), `${header(sampled)} == '0'`);
  return add(
    'traceparent',
    writeWhen(usable, text('00-')),
    writeWhen(all(usable, `size(${header(traceId)}) == 16`), text('0'.repeat(16))),
    writeWhen(usable, header(traceId)),
    writeWhen(usable, text('-')),
    writeWhen(usable, header(spanId)),
    writeWhen(usable, flags(denied)),
  );
}

/** `b3: <trace id>-<span id>-<flag>…`: the ids are its first 49 characters, which `%REQ(b3):49%` cuts off. */
function fromSingleB3(): HeaderMutation[] {
  const ids = header(SCRATCH);
  const usable = all(
    not(has('traceparent')),
    has(SCRATCH),
    `size(${ids}) == ${SINGLE_B3_IDS}`,
    matches(ids, `${HEX}-${HEX_DIGIT}{16}`),
    `!${ids}.startsWith('${ZERO_TRACE_ID}')`,
    `!${ids}.endsWith('-${ZERO_SPAN_ID}')`,
  );
  return [
    add(SCRATCH, `%REQ(b3):${SINGLE_B3_IDS}%`),
    add(
      'traceparent',
      writeWhen(usable, text('00-')),
      writeWhen(usable, ids),
      writeWhen(usable, flags(`${header('b3')}.endsWith('-0')`)),
    ),
    remove(SCRATCH),
  ];
}

/** W3C's flags: 01 is sampled, which B3 without a decision leaves to the next one and W3C cannot. */
function flags(denied: string): string {
  return `(${denied}) ? '-00' : '-01'`;
}

function remove(name: string): HeaderMutation {
  return { remove: name };
}

/** ADD_IF_ABSENT: what is there stays; a value that comes out empty adds no header. */
function add(key: string, ...operators: readonly string[]): HeaderMutation {
  return { append: { header: { key, value: operators.join('') }, append_action: 'ADD_IF_ABSENT' } };
}
