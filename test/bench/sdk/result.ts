import type { Machine } from '../machine.ts';
import { pairwise, type Summary, summarize } from '../statistics.ts';
import { type Group, TARGETS, type Variant } from './cases.ts';
import type { Memory } from './memory.ts';
import type { Codecs } from './package-cost.ts';
import type { Measured } from './rounds.ts';

/** What a group was found to cost. */
export interface GroupResult {
  /** µs of the service's CPU time a request. */
  readonly cpu: Readonly<Record<Variant, Summary>>;
  /** CPU time over the bare framework: of the medians over all rounds, and round by round. */
  readonly ratio: Readonly<Record<Exclude<Variant, 'none'>, Ratio>>;
  /** What meshspan adds over what OpenTelemetry adds. */
  readonly addedOfOpenTelemetry: Ratio;
  /** The most that `ratio.meshspan.ofMedians` should be; null where there is no target. */
  readonly target: number | null;
}

/** A ratio of two variants' figures. */
export interface Ratio extends Summary {
  readonly ofMedians: number;
}

/** Nanoseconds, and how often meshspan is faster, batch by batch. */
export interface CodecResult {
  readonly nanoseconds: Readonly<Record<string, Summary>>;
  readonly faster: Readonly<Record<'meshspan' | 'propagator', Summary>>;
}

/** What `--json` prints, and what the page is written from. */
export interface SdkResult {
  readonly unit: 'µs of CPU time of the service process per request';
  readonly date: string;
  readonly machine: Machine;
  /** The machine's load average over the last minute, before the benchmark began. */
  readonly load: number;
  readonly rounds: number;
  readonly runtimes: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
  readonly groups: Readonly<Record<string, GroupResult>>;
  readonly codecs: Readonly<Record<string, Readonly<Record<'extract' | 'inject', CodecResult>>>>;
  /** Milliseconds. */
  readonly imports: Readonly<Record<string, Summary>>;
  /** Bytes. */
  readonly installed: number;
  readonly memory: Memory;
}

export function evaluateGroups(groups: readonly Group[], measured: Measured): Record<string, GroupResult> {
  return Object.fromEntries(groups.map((group) => [group.id, evaluateGroup(group, measured)]));
}

function evaluateGroup({ id }: Group, measured: Measured): GroupResult {
  const values = (variant: Variant): readonly number[] => measured.get(`${id}: ${variant}`) ?? [];
  const cpu = {
    none: summarize(values('none')),
    als: summarize(values('als')),
    meshspan: summarize(values('meshspan')),
    opentelemetry: summarize(values('opentelemetry')),
  };
  const ratio = (variant: Variant): Ratio => ({
    ofMedians: cpu[variant].median / cpu.none.median,
    ...summarize(pairwise(values(variant), values('none'), (one, bare) => one / bare)),
  });
  const added = (variant: Variant): number[] =>
    pairwise(values(variant), values('none'), (one, bare) => one - bare);
  const addedByMedians = (variant: Variant): number => cpu[variant].median - cpu.none.median;
  return {
    cpu,
    ratio: { als: ratio('als'), meshspan: ratio('meshspan'), opentelemetry: ratio('opentelemetry') },
    addedOfOpenTelemetry: {
      ofMedians: addedByMedians('meshspan') / addedByMedians('opentelemetry'),
      ...summarize(pairwise(added('meshspan'), added('opentelemetry'), (ours, theirs) => ours / theirs)),
    },
    target: TARGETS[id] ?? null,
  };
}

export function evaluateCodecs(codecs: Codecs): Record<'extract' | 'inject', CodecResult> {
  const evaluate = (variants: Readonly<Record<string, readonly number[]>>): CodecResult => {
    const { meshspan = [], propagator = [], opentelemetry = [] } = variants;
    const faster = (ours: readonly number[]): Summary =>
      summarize(pairwise(opentelemetry, ours, (theirs, own) => theirs / own));
    return {
      nanoseconds: Object.fromEntries(
        Object.entries(variants).map(([name, values]) => [name, summarize(values)]),
      ),
      faster: { meshspan: faster(meshspan), propagator: faster(propagator) },
    };
  };
  return { extract: evaluate(codecs.extract), inject: evaluate(codecs.inject) };
}
