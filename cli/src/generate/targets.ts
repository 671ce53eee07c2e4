/** Every target, in the order in which `meshspan generate all` writes them. */
import type { LoadedMesh } from '../config/load.ts';
import type { Versions } from '../config/rules.ts';
import { collectorTarget } from './collector/index.ts';
import { dashboardsTarget } from './dashboards/index.ts';
import { envoyTarget } from './envoy/index.ts';
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
  { target: collectorTarget, isForIstio: true },
  { target: logsTarget, isForIstio: true },
  { target: metricsTarget, isForIstio: false },
  { target: dashboardsTarget, isForIstio: false },
  { target: kialiTarget, isForIstio: false },
];

/** The targets, by what the command line needs of them. */
export const TARGETS: readonly Target[] = REGISTERED.map(({ target }) => target);

/** The files of the named targets, sorted by path. The names have been checked. */
export function generateFiles(
  names: readonly string[],
  loaded: LoadedMesh,
  versions: Versions,
): readonly GeneratedFile[] {
  const files = REGISTERED.filter(({ target }) => names.includes(target.name)).flatMap(
    ({ target, isForIstio }) =>
      target.generate((isForIstio ? generationForIstio : generationFor)(loaded, versions)),
  );
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
