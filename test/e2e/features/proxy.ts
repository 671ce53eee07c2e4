/** One Envoy with a listener for each configuration, and all that can be seen of a request from outside. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Collector, startCollector } from '@meshspan/cli/collector/server.ts';
import type { Span } from '@meshspan/cli/collector/trace.ts';
import type { EnvoyLauncher, RunningEnvoy } from '@meshspan/cli/envoy/envoy.ts';
import { expect } from 'vitest';
import { type CallerTls, get, newTrace, type SentHeaders } from '../client.ts';
import { type ReceivedHeaders, startEcho } from './echo.ts';
import { CALL_HEADER, type Features, featuresBootstrap, type ProxyOptions, TAG_PREFIX } from './listeners.ts';

export interface Call {
  /** Default `/`: echoed by the upstream. */
  readonly path?: string;
  readonly method?: string;
  readonly headers?: SentHeaders;
  readonly tls?: CallerTls;
  /** Whether the caller has begun a sampled trace. Default true. */
  readonly traced?: boolean;
  /** Whether spans are waited for. Default true. */
  readonly sampled?: boolean;
}

/** What became of a request. */
export interface Seen {
  readonly status: number;
  /** Headers of the answer. */
  readonly headers: IncomingHttpHeaders;
  /** What the upstream got; empty when it got nothing. */
  readonly upstream: ReceivedHeaders;
  readonly traceId: string;
  /** Name of the SERVER span. */
  readonly name: string | undefined;
  /** What the filter set. It is the same on the spans and in the access log: else `see` rejects. */
  readonly attributes: Attributes;
  /** Name of the route that was taken. */
  readonly route: string | undefined;
}

type Attributes = Readonly<Record<string, unknown>>;

export interface FeatureProxy {
  readonly envoy: RunningEnvoy;
  readonly collector: Collector;
  see(listener: string, call?: Call): Promise<Seen>;
  /** The statistics of that name in Prometheus' text: `name{label="value"} 1`, each without the name. */
  prometheus(name: string): Promise<string[]>;
  /**
   * A statistic without labels, over all listeners and workers, once the filter has told of every request that was
   * seen so far: it does so once a second. Rejects when there is none.
   */
  count(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** A line of the access log, as `listeners.ts` has it. */
interface LogEntry {
  readonly call: string;
  readonly trace: string;
  readonly upstream?: string;
  readonly route?: string;
  readonly attributes?: Attributes;
}

/** `name` is the proxy's node id. */
export async function startProxy(
  launcher: EnvoyLauncher,
  features: Features,
  { name = 'features', ...options }: ProxyOptions & { readonly name?: string } = {},
): Promise<FeatureProxy> {
  const collector = await startCollector();
  const echo = await startEcho();
  const stopServers = async (): Promise<void> => {
    await Promise.all([collector.close(), echo.stop()]);
  };
  let passed = 0;
  try {
    const servers = { echo: echo.port, collector: collector.port };
    const bootstrap = featuresBootstrap(launcher, features, servers, options);
    const envoy = await launcher.start({ name, bootstrap, port: 0 });
    return {
      envoy,
      collector,
      async see(listener, call = {}) {
        const seen = await see(envoy, collector, listener, call);
        passed += features[listener]?.configurations.length ?? 0;
        return seen;
      },
      prometheus: (name) => prometheus(envoy, name),
      async count(name) {
        for (
          let attempt = 0;
          attempt < 500 && (await value(envoy, 'meshspan_requests')) < passed;
          attempt++
        ) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return value(envoy, name);
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

async function value(envoy: RunningEnvoy, name: string): Promise<number> {
  const [sample] = await prometheus(envoy, name);
  if (sample?.startsWith('{} ') !== true) throw new Error(`no statistic ${name} without labels`);
  return Number(sample.slice('{} '.length));
}

async function prometheus({ admin }: RunningEnvoy, name: string): Promise<string[]> {
  const text = await (await fetch(`${admin}/stats/prometheus`)).text();
  const samples = text.split('\n').filter((line) => line.startsWith(`${name}{`));
  return samples.map((sample) => sample.slice(name.length));
}

async function see(envoy: RunningEnvoy, collector: Collector, listener: string, call: Call): Promise<Seen> {
  const { path = '/', method = 'GET', headers = {}, tls, traced = true, sampled = true } = call;
  const id = randomUUID();
  const url = envoy.url(listener).replace('http:', tls === undefined ? 'http:' : 'https:');
  const sent = {
    [CALL_HEADER]: id,
    ...(traced ? { traceparent: newTrace().traceparent } : {}),
    ...headers,
  };
  const { status, headers: answered, body } = await get(`${url}${path}`, sent, { method, tls });
  const entry = await entryOf(envoy, id);
  const { trace: traceId, upstream, route, attributes = {} } = entry;
  const echoed = answered['x-cache'] === 'HIT' ? (JSON.parse(body) as ReceivedHeaders) : {};
  const seen = { status, headers: answered, upstream: echoed, traceId, attributes, route };
  if (!sampled) return { ...seen, name: undefined };

  const count = upstream === undefined ? 1 : 2;
  const { spans } = await collector.waitForTrace(traceId, (trace) => trace.spans.length >= count, {
    expected: `${count} spans`,
  });
  for (const span of spans) {
    // The span of a call that failed has ended before the response phase.
    if (span.kind === 'CLIENT' && answered['x-cache'] !== 'HIT') continue;
    expect(own(span), `${span.kind} span and access log`).toEqual(attributes);
  }
  return { ...seen, name: spans.find(({ kind }) => kind === 'SERVER')?.name };
}

/** The filter's tags of a span, told from Envoy's own by their prefix. */
function own({ attributes }: Span): Attributes {
  const tags = Object.entries(attributes).filter(([tag]) => tag.startsWith(TAG_PREFIX));
  return Object.fromEntries(tags.map(([tag, value]) => [tag.slice(TAG_PREFIX.length), value]));
}

/** The access log is written when the request has ended, which may be after its answer. */
async function entryOf(envoy: RunningEnvoy, call: string): Promise<LogEntry> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const line = envoy.lines().findLast((text) => text.startsWith('{') && text.includes(call));
    if (line !== undefined) return JSON.parse(line, withoutNulls) as LogEntry;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no line of call ${call} in the access log`);
}

/** Envoy before 1.40 writes null for a value that it is told to omit. */
function withoutNulls(_key: string, value: unknown): unknown {
  return value === null ? undefined : value;
}
