/** Every target, in the order in which `meshspan generate all` writes them. */
import type { LoadedMesh } from '../config/load.ts';
import type { Versions } from '../config/rules.ts';
import { isMeshspanError, type MeshspanError } from '../errors.ts';
import { collectorTarget } from './collector/index.ts';
import { dashboardsTarget } from './dashboards/index.ts';
import { envoyTarget } from './envoy/index.ts';
import { envoyGatewayTarget } from './envoy-gateway/index.ts';
import { filterTarget } from './filter.ts';
import { istioTarget } from './istio/index.ts';
import { kialiTarget } from './kiali.ts';
import { linkerdTarget } from './linkerd/index.ts';
import { logsTarget } from './logs/index.ts';
import { metricsTarget } from './metrics/index.ts';
import { multiclusterTarget } from './multicluster/index.ts';
import { rolloutTarget } from './rollout/index.ts';
import { type GeneratedFile, generationFor, generationForIstio, type Target } from './target.ts';

interface Registered {
  readonly target: Target;
  /** Whether its files are for Istio's proxies, whose Envoy --istio decides. */
  readonly isForIstio: boolean;
}

const REGISTERED: readonly Registered[] = [
  { target: filterTarget, isForIstio: false },
  { target: istioTarget, isForIstio: true },
  { target: linkerdTarget, isForIstio: true },
  { target: multiclusterTarget, isForIstio: true },
  { target: rolloutTarget, isForIstio: true },
  { target: envoyTarget, isForIstio: false },
  { target: envoyGatewayTarget, isForIstio: false },
  { target: collectorTarget, isForIstio: true },
  { target: logsTarget, isForIstio: true },
  { target: metricsTarget, isForIstio: false },
  { target: dashboardsTarget, isForIstio: false },
  { target: kialiTarget, isForIstio: false },
];

/** The targets, by what the command line needs of them. */
export const TARGETS: readonly Target[] = REGISTERED.map(({ target }) => target);

/** The files of the named targets, sorted by path. The names have been checked. Throws what a target throws. */
export function generateFiles(
  names: readonly string[],
  loaded: LoadedMesh,
  versions: Versions,
): readonly GeneratedFile[] {
  return sorted(named(names).flatMap((one) => filesOf(one, loaded, versions)));
}

/** A target that was left out, and why. */
export interface Skipped {
  readonly target: string;
  readonly why: MeshspanError;
}

/**
 * The files of every target. One that the definition does not have enough for, or that the chosen version cannot
 * do (MESHSPAN_ERR_UNSUPPORTED), is left out, as nobody has every platform.
 */
export function generateAll(
  loaded: LoadedMesh,
  versions: Versions,
): { readonly files: readonly GeneratedFile[]; readonly skipped: readonly Skipped[] } {
  const files: GeneratedFile[] = [];
  const skipped: Skipped[] = [];
  for (const one of REGISTERED) {
    try {
      files.push(...filesOf(one, loaded, versions));
    } catch (error) {
      if (!isMeshspanError(error) || error.code !== 'MESHSPAN_ERR_UNSUPPORTED') throw error;
      skipped.push({ target: one.target.name, why: error });
    }
  }
  return { files: sorted(files), skipped };
}

function named(names: readonly string[]): readonly Registered[] {
  return REGISTERED.filter(({ target }) => names.includes(target.name));
}

function filesOf(
  { target, isForIstio }: Registered,
  loaded: LoadedMesh,
  versions: Versions,
): readonly GeneratedFile[] {
  return target.generate((isForIstio ? generationForIstio : generationFor)(loaded, versions));
}

function sorted(files: readonly GeneratedFile[]): readonly GeneratedFile[] {
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
