import type { Machine } from '../machine.ts';
import { pairwise, type Summary, summarize } from '../statistics.ts';
import type { Case, Group } from './cases.ts';
import { TEMPLATE_COUNTS } from './features.ts';
import type { Measured } from './rounds.ts';

/** What a case was found to cost, in µs of Envoy's CPU time a request. */
export interface CaseResult {
  readonly group: Group;
  readonly does: string;
  readonly base: string | null;
  readonly total: Summary;
  /** Over the base, round by round; null for a base itself. */
  readonly added: Summary | null;
}

/** What `--json` prints, and what the page is written from. */
export interface FilterResult {
  readonly unit: 'µs of CPU time of the Envoy process per request';
  readonly date: string;
  readonly envoy: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly filter: { readonly bytes: number; readonly sha256: string };
  /** The module that sees no responses. */
  readonly requestFilter: FilterResult['filter'];
  /** Median µs added, of the filters that the README compares. */
  readonly added: Readonly<Record<string, number>>;
  /** Added by either module of meshspan over added by the peer, and by many span names over few; round by round. */
  readonly ratios: Readonly<Record<string, Summary>>;
  /** The same ratios of what each added by its median over all rounds: noise in a round's peer does not lift it. */
  readonly medianRatios: Readonly<Record<string, number>>;
  /** µs for each attribute after the first. */
  readonly furtherAttribute: Summary;
  /** What could not be measured here, and why. */
  readonly missing: Readonly<Record<string, string>>;
  /** What the peers were built with. */
  readonly made: Readonly<Record<string, string>>;
  readonly cases: Readonly<Record<string, CaseResult>>;
}

const PEERS = ['rust', 'lua', 'solo-io'] as const;
/** meshspan's modules: for three attributes of the request the second one is the one to take. */
export const MODULES = ['meshspan', 'meshspan-request'] as const;
const COMPARED = ['native', ...PEERS, 'empty', ...MODULES, 'meshspan-traced'];

/** The parts of the result that follow from the measurements. */
export function evaluate(
  cases: readonly Case[],
  measured: Measured,
): Pick<FilterResult, 'added' | 'ratios' | 'medianRatios' | 'furtherAttribute' | 'cases'> {
  const values = (id: string): readonly number[] => measured.get(id) ?? [];
  const over = (id: string, base: string): number[] => pairwise(values(id), values(base), (a, b) => a - b);
  const results = cases.map(({ id, group, does, base = null }): [string, CaseResult] => [
    id,
    {
      ...{ group, does, base, total: summarize(values(id)) },
      added: base === null ? null : summarize(over(id, base)),
    },
  ]);
  const byId = Object.fromEntries(results);
  const ratio = (module: string, peer: string): Summary =>
    summarize(pairwise(over(module, 'none'), over(peer, 'none'), (a, b) => a / b));
  const addedByMedian = (id: string, base: string): number =>
    summarize(values(id)).median - summarize(values(base)).median;
  const [fewNames, manyNames] = TEMPLATE_COUNTS;
  const names = `span names ${manyNames}/${fewNames}`;
  const present = (id: string): boolean => byId[id] !== undefined;
  const compared = MODULES.flatMap((module) => PEERS.filter(present).map((peer) => ({ module, peer })));
  return {
    added: {
      none: 0,
      ...Object.fromEntries(COMPARED.filter(present).map((id) => [id, byId[id]?.added?.median ?? 0])),
    },
    ratios: {
      ...Object.fromEntries(compared.map(({ module, peer }) => [`${module}/${peer}`, ratio(module, peer)])),
      [names]: summarize(
        pairwise(
          over(`span-names-${manyNames}`, 'no-names'),
          over(`span-names-${fewNames}`, 'no-names'),
          (a, b) => a / b,
        ),
      ),
    },
    medianRatios: {
      ...Object.fromEntries(
        compared.map(({ module, peer }) => [
          `${module}/${peer}`,
          addedByMedian(module, 'none') / addedByMedian(peer, 'none'),
        ]),
      ),
      [names]:
        addedByMedian(`span-names-${manyNames}`, 'no-names') /
        addedByMedian(`span-names-${fewNames}`, 'no-names'),
    },
    furtherAttribute: summarize(over('attributes-12', 'attributes-1').map((added) => added / 11)),
    cases: byId,
  };
}
