/** What attributes cost a request, from the last run of the benchmark (docs/performance.md). */
import { MODULES } from '../plan/module.ts';
import measured from './measured-cost.json' with { type: 'json' };

/** Microseconds of a proxy's CPU time a request. */
export interface Cost {
  /** All attributes of the filter together, up to their filter state. 0 without the filter. */
  readonly filter: number;
  /** What the tags of a sampled request's span cost, whoever carries them. */
  readonly tags: number;
  /** Where the figures come from, for people. */
  readonly source: string;
}

/**
 * An estimate: the measured filter with three attributes, more or less the measured cost of one more, and the
 * tags' share. Rules, sinks and the response phase come on top (docs/performance.md has each).
 */
export function costOf(byFilter: number, byEnvoy: number, module: string | undefined): Cost {
  const ofThree = module === MODULES.request ? measured.requestFilterOfThree : measured.filterOfThree;
  const filter = module === undefined ? 0 : Math.max(ofThree + (byFilter - 3) * measured.furtherAttribute, 0);
  const tagOfFilter = (measured.filterAndTagsOfThree - measured.filterOfThree) / 3;
  const tagOfEnvoy = measured.nativeTagsOfThree / 3;
  return {
    filter: hundredths(filter),
    tags: hundredths(byFilter * tagOfFilter + byEnvoy * tagOfEnvoy),
    source: `measured ${measured.date} on Envoy ${measured.envoy}, docs/performance.md`,
  };
}

function hundredths(microseconds: number): number {
  return Math.round(microseconds * 100) / 100;
}
