/** Results of host calls (proxy-wasm spec, ABI 0.2.1, `proxy_result_t`). */
export namespace Status {
  export const Ok: u32 = 0;
  export const NotFound: u32 = 1;
  export const BadArgument: u32 = 2;
  export const CasMismatch: u32 = 8;
}

/** `proxy_map_type_t`. */
export namespace HeaderMap {
  export const RequestHeaders: i32 = 0;
  export const ResponseHeaders: i32 = 2;
}

/** `proxy_buffer_type_t`. */
export namespace Buffer {
  export const PluginConfiguration: i32 = 7;
}

/** `proxy_log_level_t`. */
export namespace LogLevel {
  export const Info: usize = 2;
  export const Warn: usize = 3;
  export const Error: usize = 4;
}

/** `proxy_metric_type_t`. */
export namespace MetricType {
  export const Counter: i32 = 0;
  export const Gauge: i32 = 1;
}

/** What `proxy_on_request_headers` answers (`proxy_action_t`): always to go on. */
export const ACTION_CONTINUE: u32 = 0;
