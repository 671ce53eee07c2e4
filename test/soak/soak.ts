/** Many requests, then many reconfigurations, on one Envoy, and what memory it has in between. */
import { readFile } from 'node:fs/promises';
import type { EnvoyLauncher } from '@meshspan/cli/envoy/envoy.ts';
import { sendRequests } from './load.ts';
import { type ReconfiguredProxy, startReconfigured } from './proxy.ts';
import { configurationOf, requestHeads } from './requests.ts';

export interface SoakOptions {
  /** Path of the .wasm; default: the one that was built. */
  readonly filter?: string;
  readonly requests: number;
  readonly reconfigurations: number;
  /** How often memory is looked at in each of the two parts; a look takes up to a second. */
  readonly looks: number;
  /** Milliseconds after which it ends where it is. */
  readonly timeLimit: number;
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Memory after so many requests and reconfigurations. */
export interface Point {
  readonly requests: number;
  readonly reconfigurations: number;
  /** The largest memory of a VM of the proxy, as the filter's gauge says. */
  readonly vmBytes: number;
  /** Resident memory of the Envoy process; null where it is not a process of this machine. */
  readonly rssBytes: number | null;
}

export interface SoakResult {
  readonly envoy: string;
  readonly seconds: number;
  /** Behind the warm-up: 1 % of both, at least all the requests that there are, and 20 reconfigurations. */
  readonly points: readonly Point[];
  /** Largest less smallest of all points. */
  readonly vmGrowth: number;
  /** What the proxy counted: `wasm` failures and configurations that were refused. */
  readonly failures: number;
}

const CONNECTIONS = 16;
/** Requests that are sent between two reconfigurations. */
const BETWEEN = 4;

export async function soak(launcher: EnvoyLauncher, options: SoakOptions): Promise<SoakResult> {
  const started = Date.now();
  const ending = AbortSignal.any([
    AbortSignal.timeout(options.timeLimit),
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  const proxy = await startReconfigured(launcher, configurationOf(0), options);
  try {
    const points = await run(proxy, { ...options, signal: ending });
    const sizes = points.map(({ vmBytes }) => vmBytes);
    return {
      envoy: launcher.description,
      seconds: (Date.now() - started) / 1000,
      points,
      vmGrowth: Math.max(...sizes) - Math.min(...sizes),
      failures: await failures(proxy),
    };
  } finally {
    await proxy.stop();
  }
}

async function run(proxy: ReconfiguredProxy, options: SoakOptions): Promise<Point[]> {
  const { requests, reconfigurations, looks, progress = () => {}, signal } = options;
  const heads = requestHeads();
  const points: Point[] = [];
  let sent = 0;
  let configured = 0;
  const send = async (count: number): Promise<void> => {
    // Begins elsewhere each time, so that also a few requests bring all lengths in the end.
    const turned = [...heads.slice(sent % heads.length), ...heads.slice(0, sent % heads.length)];
    await sendRequests({ url: proxy.url, count, connections: CONNECTIONS, heads: turned, signal });
    sent += count;
  };
  const look = async (): Promise<void> => {
    signal?.throwIfAborted();
    points.push(await pointOf(proxy, sent, configured));
    const { vmBytes, rssBytes } = points.at(-1) as Point;
    progress(
      `${sent} requests, ${configured} reconfigurations: VM ${vmBytes / 1024} KiB, ` +
        `process ${rssBytes === null ? 'unknown' : `${Math.round(rssBytes / 1024 / 1024)} MiB`}`,
    );
  };
  const configure = async (until: number): Promise<void> => {
    while (configured < until) {
      signal?.throwIfAborted();
      await Promise.all([proxy.configure(configurationOf(++configured)), send(BETWEEN)]);
    }
  };
  // The longest values, and the plans of two or three configurations at a time: what is needed at the most.
  await send(Math.max(heads.length, Math.round(requests / 100)));
  await configure(Math.max(20, Math.round(reconfigurations / 100)));
  await look();
  for (let step = 1; step <= looks; step++) {
    await send(Math.max(0, Math.round((requests * step) / looks) - sent));
    await look();
  }
  for (let step = 1; step <= looks; step++) {
    await configure(Math.round((reconfigurations * step) / looks));
    await look();
  }
  return points;
}

/**
 * The gauge is told once a second: a request is counted in it for certain when the counter has it too. Rejects when
 * the filter does not tell of all requests: memory that nothing uses is flat.
 */
async function pointOf(proxy: ReconfiguredProxy, requests: number, reconfigurations: number): Promise<Point> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const told = await proxy.statistic('wasmcustom.meshspan_requests');
    if (told >= requests) break;
    if (Date.now() > deadline) throw new Error(`the filter told of ${told} requests, ${requests} were sent`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const vmBytes = await proxy.statistic('wasmcustom.meshspan_memory_bytes');
  return { requests, reconfigurations, vmBytes, rssBytes: await residentBytes(proxy.envoy.pid) };
}

/** `VmRSS` of Linux's `/proc/PID/status`, which counts in KiB. */
async function residentBytes(pid: number | undefined): Promise<number | null> {
  if (pid === undefined) return null;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

/** Counters that must stay 0, whichever of them this Envoy has. */
async function failures({ envoy }: ReconfiguredProxy): Promise<number> {
  const pattern = 'config_fail|update_rejected|wasm.*(failure|crash|error)|meshspan_config_errors';
  const text = await (await fetch(`${envoy.admin}/stats?filter=${encodeURIComponent(pattern)}`)).text();
  return [...text.matchAll(/: (\d+)$/gm)].reduce((sum, [, value]) => sum + Number(value), 0);
}
