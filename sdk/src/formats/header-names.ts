/** https://www.w3.org/TR/trace-context-2/#traceparent-header */
export const TRACEPARENT = 'traceparent';
/** https://www.w3.org/TR/trace-context-2/#tracestate-header */
export const TRACESTATE = 'tracestate';

/** https://github.com/openzipkin/b3-propagation#single-header */
export const B3 = 'b3';
/** https://github.com/openzipkin/b3-propagation#multiple-headers */
export const B3_TRACE_ID = 'x-b3-traceid';
export const B3_SPAN_ID = 'x-b3-spanid';
export const B3_PARENT_SPAN_ID = 'x-b3-parentspanid';
export const B3_SAMPLED = 'x-b3-sampled';
export const B3_FLAGS = 'x-b3-flags';

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-request-id */
export const REQUEST_ID = 'x-request-id';

/** https://www.w3.org/TR/baggage/#baggage-http-header-format */
export const BAGGAGE = 'baggage';

/** The identity headers that meshspan carries unless the option `identity` names others. */
export const DEFAULT_IDENTITY: readonly string[] = ['x-user-id', 'x-tenant-id'];

/** Every header that says which trace a request belongs to; they are sent as one group or not at all. */
export const TRACE_HEADERS: readonly string[] = [
  TRACEPARENT,
  TRACESTATE,
  B3,
  B3_TRACE_ID,
  B3_SPAN_ID,
  B3_PARENT_SPAN_ID,
  B3_SAMPLED,
  B3_FLAGS,
];
