/** One Envoy with its upstreams and its collector, and the comparison of its two sides. */
import { type Collector, startCollector } from '@meshspan/cli/collector/server.ts';
import type { Span, Trace } from '@meshspan/cli/collector/trace.ts';
import { DEFAULT_ATTRIBUTES } from '@meshspan/cli/demo/topology.ts';
import type { EnvoyLauncher, RunningEnvoy } from '@meshspan/cli/envoy/envoy.ts';
import { newTrace } from '../client.ts';
import type { Caller, Case, Seen } from './callers/caller.ts';
import { exchange, request } from './callers/http1.ts';
import { pairedBootstrap, type Side } from './listeners.ts';
import { counters } from './statistics.ts';
import { startHonest } from './upstreams/honest.ts';
import { startHttp2 } from './upstreams/http2.ts';
import { Journal } from './upstreams/journal.ts';
import { digest } from './upstreams/received.ts';
import { type RudeUpstream, startRude } from './upstreams/rude.ts';

/** What became of a case on one side, as far as it can be told from outside. */
export interface Outcome extends Seen {
  readonly upstream: readonly string[];
  /** The attributes of each span; the filter's own apart. */
  readonly spans: readonly { readonly envoy: string; readonly meshspan: Readonly<Record<string, unknown>> }[];
}

/** A case on both sides, and the spans of the plain request that followed it through the filter. */
export interface Outcomes {
  readonly with: Outcome;
  readonly without: Outcome;
  readonly after: Outcome['spans'];
}

export interface Pair {
  readonly envoy: RunningEnvoy;
  outcomes(test: Case): Promise<Outcomes>;
  stop(): Promise<void>;
}

export async function startPair(launcher: EnvoyLauncher): Promise<Pair> {
  const journal = new Journal();
  const parts: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    // Envoy first: it would tell of upstreams that have gone.
    for (const part of parts.splice(0).reverse()) await part.stop();
  };
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    parts.push(part);
    return part;
  };
  try {
    const collector = await startCollector();
    keep({ stop: () => collector.close() });
    const honest = keep(await startHonest(journal));
    const rude = keep(await startRude(journal));
    const http2 = keep(await startHttp2(journal));
    const ports = { honest: honest.port, rude: rude.port, http2: http2.port };
    const bootstrap = pairedBootstrap(launcher, collector.port, ports);
    const envoy = keep(await launcher.start({ name: 'pairs', bootstrap, port: 0 }));
    return { envoy, stop, outcomes: (test) => outcomes({ envoy, journal, rude, collector }, test) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A request that has nothing wrong with it. */
const PLAIN: Case = {
  what: 'a plain request',
  listener: 'plain',
  statuses: [200],
  spans: 2,
  act: (caller) => exchange(caller, request(caller, 'GET /honest/echo')),
};

interface Parts {
  readonly envoy: RunningEnvoy;
  readonly journal: Journal;
  readonly rude: RudeUpstream;
  readonly collector: Collector;
}

async function outcomes(parts: Parts, test: Case): Promise<Outcomes> {
  const [with_, without] = await Promise.all([
    carryOut(parts, test, 'with'),
    carryOut(parts, test, 'without'),
  ]);
  // Also the sign that all spans have come: Envoy sends them in the order in which they ended. Both sides, so
  // that their statistics stay comparable.
  const [after] = await Promise.all([carryOut(parts, PLAIN, 'with'), carryOut(parts, PLAIN, 'without')]);
  return { with: with_(), without: without(), after: after().spans };
}

/** Resolves when all has ended; what it resolves with reads the spans that have come since. */
async function carryOut(parts: Parts, test: Case, side: Side): Promise<() => Outcome> {
  const { envoy, journal, rude, collector } = parts;
  const trace = newTrace();
  const { traceId } = trace;
  const reading = readingOf(envoy, `${test.listener}-${side}`);
  const seen = await test.act({ ...trace, ...reading, journal, rude });
  await journal.settled(traceId);
  // With another status than expected the test fails for that, not for spans that it waited for in vain.
  const asExpected = seen.answers.map(({ status }) => status).join() === test.statuses.join();
  if (asExpected && test.spans > 0) {
    const enough = ({ spans }: Trace): boolean => spans.length >= test.spans;
    await collector.waitForTrace(traceId, enough, { expected: `${test.spans} spans` });
  }
  return () => {
    const spans = collector.trace(traceId)?.spans.map(spanParts) ?? [];
    return alike({ ...seen, upstream: journal.of(traceId), spans }, traceId, reading.port);
  };
}

function readingOf(envoy: RunningEnvoy, listener: string): Pick<Caller, 'port' | 'bytesRead' | 'hasRead'> {
  const name = `http.${listener}.downstream_cx_rx_bytes_total`;
  const bytesRead = async (): Promise<number> => (await counters(envoy.admin, `^${name}$`)).get(name) ?? 0;
  return {
    port: Number(new URL(envoy.url(listener)).port),
    bytesRead,
    async hasRead(bytes) {
      // There is nothing to wait for but the counter.
      for (let attempt = 0; attempt < 1000; attempt++) {
        if ((await bytesRead()) >= bytes) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`expected ${name} to reach ${bytes}, got ${await bytesRead()}`);
    },
  };
}

function spanParts({ kind, name, attributes }: Span): Outcome['spans'][number] {
  const entries = Object.entries(attributes);
  const own = (key: string): boolean => DEFAULT_ATTRIBUTES.some((attribute) => attribute === key);
  const envoy = entries.filter(([key]) => !own(key)).map(([key, value]) => `${key}=${value}`);
  const meshspan = Object.fromEntries(entries.filter(([key]) => own(key)));
  return { envoy: `${kind} ${name} ${envoy.toSorted().join(' ')}`, meshspan };
}

/**
 * Two calls have two ports, traces, span ids, request ids, and what is left of the time for a try: those are made one.
 * Spans come in any order.
 */
function alike(outcome: Outcome, traceId: string, port: number): Outcome {
  const text = JSON.stringify(outcome)
    .replaceAll(new RegExp(`00-${traceId}-[0-9a-f]{16}`, 'g'), '00-trace-span')
    .replaceAll(`127.0.0.1:${port}`, 'listener')
    .replaceAll(/(x-envoy-expected-rq-timeout-ms\W+)\d+/g, '$1*')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'request-id');
  const same = JSON.parse(text) as Outcome;
  const answers = same.answers.map((answer) => ({ ...answer, body: digest(answer.body) }));
  return { ...same, answers, spans: same.spans.toSorted((a, b) => (a.envoy < b.envoy ? -1 : 1)) };
}
