/** Numbers of the proxy-wasm ABI 0.2.1, as proxy-wasm-cpp-host `proxy_wasm_enums.h` has them. */

/** `WasmResult`: what a host call answers. */
export const Status = {
  Ok: 0,
  NotFound: 1,
  BadArgument: 2,
  SerializationFailure: 3,
  ParseFailure: 4,
  BadExpression: 5,
  InvalidMemoryAccess: 6,
  Empty: 7,
  CasMismatch: 8,
  ResultMismatch: 9,
  InternalFailure: 10,
  BrokenConnection: 11,
  Unimplemented: 12,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** `WasmHeaderMapType`, in the order of its numbers. */
export const HEADER_MAPS = [
  'RequestHeaders',
  'RequestTrailers',
  'ResponseHeaders',
  'ResponseTrailers',
  'GrpcReceiveInitialMetadata',
  'GrpcReceiveTrailingMetadata',
  'HttpCallResponseHeaders',
  'HttpCallResponseTrailers',
] as const;
export type HeaderMapName = (typeof HEADER_MAPS)[number];

/** `WasmBufferType`, in the order of its numbers. */
export const BUFFERS = [
  'HttpRequestBody',
  'HttpResponseBody',
  'NetworkDownstreamData',
  'NetworkUpstreamData',
  'HttpCallResponseBody',
  'GrpcReceiveBuffer',
  'VmConfiguration',
  'PluginConfiguration',
  'CallData',
] as const;
export type BufferName = (typeof BUFFERS)[number];

/** `LogLevel`, in the order of its numbers. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `MetricType`, in the order of its numbers. */
export const METRIC_TYPES = ['Counter', 'Gauge', 'Histogram'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

/** The name of a status, for records of calls. */
export function statusName(status: number): string {
  return Object.entries(Status).find(([, value]) => value === status)?.[0] ?? `status ${status}`;
}
