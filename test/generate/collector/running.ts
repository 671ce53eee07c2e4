/** A generated collector on loopback: only its addresses are others, and it writes a file instead of sending. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { startCollector } from '../../tools/collector.ts';
import { freePorts } from '../../tools/free-ports.ts';
import { type Kept, keptSpans } from './spans.ts';

export interface Running {
  readonly grpc: number;
  readonly http: number;
  readonly zipkin: number;
  readonly health: number;
  /** What the file exporter has written so far; '' before the first. */
  written(): Promise<string>;
  /** The spans that it let through. */
  kept(): Promise<readonly Kept[]>;
}

/** What a test changes besides: merged over the generated configuration, lists as a whole. */
export interface Overlay {
  readonly exporters?: object;
  readonly connectors?: object;
  /** Pipelines that write the file. Default: traces. */
  readonly toFile?: readonly string[];
}

/** Starts it for the running test. */
export async function startGenerated(text: string, overlay: Overlay = {}): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-collector-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [grpc = 0, http = 0, zipkin = 0, health = 0] = await freePorts(4);
  const files = [join(folder, 'generated.yaml'), join(folder, 'overlay.yaml')];
  const out = join(folder, 'out.json');
  const { exporters = {}, toFile = ['traces'], ...rest } = overlay;
  const at = (port: number): object => ({ endpoint: `127.0.0.1:${port}` });
  const changes = {
    ...rest,
    receivers: {
      otlp: { protocols: { grpc: at(grpc), http: at(http) } },
      zipkin: at(zipkin),
    },
    exporters: { file: { path: out, flush_interval: '20ms' }, ...exporters },
    extensions: { health_check: at(health) },
    service: {
      telemetry: { metrics: { level: 'none', readers: null } },
      pipelines: Object.fromEntries(toFile.map((name) => [name, { exporters: ['file'] }])),
    },
  };
  await writeFile(files[0] as string, text);
  await writeFile(files[1] as string, stringify(changes));
  const collector = await startCollector(files);
  onTestFinished(() => collector.stop());
  const written = (): Promise<string> => readFile(out, 'utf8').catch(() => '');
  return { grpc, http, zipkin, health, written, kept: async () => keptSpans(await written()) };
}
