import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Collector, startCollector } from '../collector/server.ts';
import type { Trace } from '../collector/trace.ts';
import { containerLauncher } from '../envoy/container.ts';
import type { EnvoyLauncher } from '../envoy/envoy.ts';
import { localLauncher } from '../envoy/local.ts';
import { locateEnvoy } from '../envoy/locate.ts';
import { MeshspanError } from '../errors.ts';
import { startPage } from '../show/page.ts';
import { renderWaterfall } from '../show/waterfall.ts';
import { DEFAULT_ATTRIBUTES, startTopology } from './topology.ts';
import { DEMO_REQUESTS, sendAndTrace } from './traffic.ts';

/** Where the demo writes, and what it was asked for. */
export interface DemoOptions {
  /** Port of the page; the edge Envoy gets the one after it. Not used with `once`. */
  readonly port: number;
  /** Show the traces of its own requests, then end. */
  readonly once: boolean;
  /** Print one JSON object instead of waterfalls. */
  readonly json: boolean;
  readonly out: NodeJS.WriteStream;
  readonly progress: (text: string) => void;
  /** Aborted when the demo is to end. */
  readonly signal: AbortSignal;
}

const FILTER = repositoryPath('filter/build/meshspan.wasm');
const SERVICES = {
  orders: repositoryPath('examples/shop/orders.ts'),
  inventory: repositoryPath('examples/shop/inventory.ts'),
};
/** A trace counts as whole when no span was added for so long. */
const SETTLED_MS = 500;

/** Runs the demo until `signal`, or, with `once`, until the traces are shown. Leaves nothing running. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { port, once, progress, signal } = options;
  await requireFilter();
  // Before anything slow, so that a taken port is told at once.
  if (!once) for (const wanted of [port, port + 1]) await requireFreePort(wanted);
  const envoy = await locateEnvoy(progress);
  progress(`using ${envoy.found}`);
  const launcher: EnvoyLauncher =
    envoy.kind === 'binary' ? localLauncher(envoy.path) : containerLauncher(envoy.image);

  const collector = await startCollector();
  const stops: (() => Promise<void>)[] = [() => collector.close()];
  try {
    if (!once) {
      const page = await startPage({ port, traces: () => collector.traces() });
      stops.push(() => page.close());
    }
    const topology = await startTopology({
      launcher,
      filter: FILTER,
      tracer: 'otlp+http',
      collectorPort: collector.port,
      services: SERVICES,
      port: once ? 0 : port + 1,
      progress,
    });
    stops.push(() => topology.stop());
    signal.throwIfAborted();

    const traces: Trace[] = [];
    for (const request of DEMO_REQUESTS) {
      progress(`sending: ${request.shows} …`);
      const trace = await sendAndTrace(topology.url, collector, request);
      traces.push(trace);
      if (!options.json) show(trace, options);
    }
    if (options.json) options.out.write(`${JSON.stringify({ traces })}\n`);
    if (!once) {
      options.out.write(
        `  The same as a page:   http://127.0.0.1:${port}\n` +
          `  A request of yours:   curl -H 'x-user-id: you' ${topology.url}/orders/7\n` +
          '  Ctrl-C ends all of it.\n\n',
      );
      await showNewTraces(collector, options, new Set(traces.map((trace) => trace.traceId)));
    }
  } finally {
    await Promise.all(stops.map((stop) => stop()));
  }
}

/** Shows what the user's own requests bring, until the demo is to end. */
async function showNewTraces(collector: Collector, options: DemoOptions, shown: Set<string>): Promise<void> {
  const sizes = new Map<string, number>();
  while (!options.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    for (const trace of collector.traces()) {
      if (shown.has(trace.traceId)) continue;
      if (sizes.get(trace.traceId) === trace.spans.length) {
        shown.add(trace.traceId);
        sizes.delete(trace.traceId);
        show(trace, options);
      } else {
        sizes.set(trace.traceId, trace.spans.length);
      }
    }
  }
}

function show(trace: Trace, { out }: DemoOptions): void {
  const colour = out.isTTY === true && !process.env.NO_COLOR;
  const text = renderWaterfall(trace, {
    width: out.columns ?? 100,
    colour,
    highlight: [...DEFAULT_ATTRIBUTES],
  });
  out.write(`\n${text}\n\n`);
}

async function requireFilter(): Promise<void> {
  try {
    await access(FILTER);
  } catch (cause) {
    throw new MeshspanError('MESHSPAN_ERR_FILTER_MISSING', {
      expected: 'the built filter',
      got: 'no such file',
      where: FILTER,
      mend: 'run `npm run build`',
      cause,
    });
  }
}

/** Envoy would tell of a taken port only in the midst of its log; the edge has the port after the page's. */
async function requireFreePort(port: number): Promise<void> {
  const probe = await startPage({ port, traces: () => [] });
  await probe.close();
}

function repositoryPath(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
