/** Routes of the Envoy of these tests: `/<route>/<behaviour>`, the behaviour being the upstream's. */

/** Fields of `envoy.config.route.v3.RouteAction`, by the first segment of the path. */
const ROUTES: Readonly<Record<string, { cluster: string } & Record<string, unknown>>> = {
  honest: { cluster: 'honest' },
  rude: { cluster: 'rude' },
  http2: { cluster: 'http2' },
  down: { cluster: 'down' },
  timeout: { cluster: 'honest', timeout: '0.1s' },
  'idle-timeout': { cluster: 'honest', timeout: '0s', idle_timeout: '0.1s' },
  retry: { cluster: 'honest', retry_policy: retries('5xx') },
  'retry-timeout': {
    cluster: 'honest',
    retry_policy: { ...retries('5xx'), per_try_timeout: '0.1s' },
  },
  'retry-rude': { cluster: 'rude', retry_policy: retries('reset,connect-failure') },
  'retry-down': { cluster: 'down', retry_policy: retries('connect-failure') },
  redirect: {
    cluster: 'honest',
    internal_redirect_policy: { max_internal_redirects: 1, redirect_response_codes: [302] },
  },
  // gRPC's paths are `/<package>.<service>/<method>`; the caller's grpc-timeout is the limit.
  'shop.Stock': { cluster: 'http2', max_stream_duration: { grpc_timeout_header_max: '0s' } },
  'shop.Gone': { cluster: 'down' },
};

function retries(retry_on: string): object {
  const retry_back_off = { base_interval: '0.001s', max_interval: '0.002s' };
  return { retry_on, num_retries: 2, retry_back_off };
}

/** `envoy.config.route.v3.Route` objects; a path that none of them has is answered 404 by Envoy. */
export function routes(): object[] {
  return [
    { match: { path: '/direct' }, direct_response: { status: 200, body: { inline_string: 'direct' } } },
    { match: { path: '/moved' }, redirect: { path_redirect: '/direct' } },
    ...Object.entries(ROUTES).map(([name, route]) => ({ match: { prefix: `/${name}/` }, route })),
  ];
}
