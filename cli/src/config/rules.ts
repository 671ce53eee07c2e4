/** What a schema cannot say: fields that contradict each other, names that stand for nothing. */

import type { Mistake } from './mistakes.ts';
import { pathText } from './mistakes.ts';
import type { Mesh } from './model.ts';
import { checkAddresses } from './rules/addresses.ts';
import { checkAttributes } from './rules/attributes.ts';
import { checkCollector } from './rules/collector.ts';
import { checkConditions } from './rules/conditions.ts';
import { checkDestinations } from './rules/destinations.ts';
import { checkEnvironment } from './rules/environment.ts';
import { checkEnvoys } from './rules/envoys.ts';
import { checkMetrics } from './rules/metrics.ts';
import { checkNames } from './rules/names.ts';
import { checkProxies } from './rules/proxies.ts';
import { checkReferences } from './rules/references.ts';
import { checkRollouts } from './rules/rollouts.ts';
import { checkTargets } from './rules/targets.ts';
import { checkTexts } from './rules/texts.ts';
import type { Path, Source } from './source.ts';

/** A mistake as a rule finds it, before it has its line. */
export type Finding = Pick<Mistake, 'code' | 'expected' | 'got' | 'mend'> & {
  readonly path: Path;
  /** Whether the place is that of the field's name; default: of its value. */
  readonly of?: 'key';
};

/** The versions that something is generated for. */
export interface Versions {
  /** Istio's minor release, such as "1.31". */
  readonly istio: string;
  /** Envoy's, such as "1.40". */
  readonly envoy: string;
}

/** One rule: what it finds in a mesh whose fields are valid by themselves. */
export type Rule = (mesh: Mesh) => Iterable<Finding>;

const RULES: readonly Rule[] = [
  checkAttributes,
  checkMetrics,
  checkCollector,
  checkReferences,
  checkTargets,
  checkProxies,
  checkEnvironment,
  checkAddresses,
  checkEnvoys,
  checkConditions,
  checkDestinations,
  checkTexts,
  checkNames,
  checkRollouts,
];

/** Every mistake that the rules find, in the order of the file. */
export function checkRules(mesh: Mesh, source: Source): Mistake[] {
  return RULES.flatMap((rule) => [...rule(mesh)])
    .map(
      ({ path, of, ...rest }): Mistake => ({
        ...{ file: source.file, ...source.position(path, of), path: pathText(path) },
        ...rest,
      }),
    )
    .sort((a, b) => a.line - b.line || a.column - b.column);
}
