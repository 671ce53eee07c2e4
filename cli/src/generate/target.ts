/** What a target of `meshspan generate` is. Each is one file of this folder, or a folder where it is more. */
import type { LoadedMesh } from '../config/load.ts';
import type { Mesh } from '../config/model.ts';
import type { Versions } from '../config/rules.ts';
import { isOfResponse } from '../config/sources.ts';
import { ENVOY_OF_ISTIO, FILTER_STATE_TAGS, isAtLeast } from '../config/versions.ts';
import { MeshspanError } from '../errors.ts';
import { type AttributeRoute, attributeRoutes, needsFilter } from '../plan/attribute-route.ts';

/** A file to be written, its path relative to the folder of the output and with `/`: `istio/telemetry.yaml`. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** What a target generates from: the same for each, so that no two can disagree. */
export interface Generation {
  readonly mesh: Mesh;
  readonly versions: Versions;
  /** The filter's configuration, without the attributes that Envoy carries by itself; undefined: no filter. */
  readonly filterConfiguration: object | undefined;
  /** How each attribute gets to the span. */
  readonly routes: readonly AttributeRoute[];
}

/** One target. Its `generate` is a pure function: the same mesh and versions give the same bytes. */
export interface Target {
  /** As the command line has it: `istio`. Its files are in the folder of this name. */
  readonly name: string;
  /** One line for --help. */
  readonly summary: string;
  /**
   * Its files. May throw MESHSPAN_ERR_UNSUPPORTED where the mesh asks for what this target cannot do; what it
   * merely does otherwise it says in a comment of the file.
   */
  generate(generation: Generation): readonly GeneratedFile[];
}

/** For targets that write for plain Envoy. Throws MESHSPAN_ERR_UNSUPPORTED for what an old one cannot do. */
export function generationFor({ mesh, filterConfiguration }: LoadedMesh, versions: Versions): Generation {
  const routes = attributeRoutes(mesh, versions.envoy);
  refuseResponseOnOld(routes, versions.envoy);
  return {
    ...{ mesh, versions, routes },
    filterConfiguration: needsFilter(mesh, routes)
      ? withoutNative(filterConfiguration, mesh, routes, versions.envoy)
      : undefined,
  };
}

/** For targets that write for Istio: its Envoy decides, whatever --envoy says. */
export function generationForIstio(loaded: LoadedMesh, versions: Versions): Generation {
  return generationFor(loaded, { ...versions, envoy: ENVOY_OF_ISTIO[versions.istio] as string });
}

/** Private request headers cannot carry what is known only when they have been sent (docs/filter.md, `output`). */
function refuseResponseOnOld(routes: readonly AttributeRoute[], envoy: string): void {
  if (isAtLeast(envoy, FILTER_STATE_TAGS)) return;
  const late = routes.find(({ by, attribute }) => by === 'filter' && attribute.from.some(isOfResponse));
  if (late === undefined) return;
  throw new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
    expected: `Envoy ${FILTER_STATE_TAGS} or later (Istio 1.29) for sources of the response`,
    got: `Envoy ${envoy}`,
    where: `the attribute ${late.key}`,
    mend: 'choose a newer version, or take the source of the response away for this one',
  });
}

/** An attribute that Envoy carries is none of the filter's; on old proxies the filter's go by private headers. */
function withoutNative(
  configuration: object,
  mesh: Mesh,
  routes: readonly AttributeRoute[],
  envoy: string,
): object {
  const native = new Set(routes.filter(({ by }) => by === 'envoy').map(({ key }) => key));
  // Those that the filter has without a configuration have to be said where it is not to have all of them.
  const usual = native.size > 0 ? mesh.attributes : undefined;
  const { attributes = usual, ...rest } = configuration as { attributes?: readonly { key: string }[] };
  return {
    ...(attributes === undefined ? {} : { attributes: attributes.filter(({ key }) => !native.has(key)) }),
    ...rest,
    ...(isAtLeast(envoy, FILTER_STATE_TAGS) ? {} : { output: 'header' }),
  };
}
