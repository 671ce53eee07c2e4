/** What an older Envoy would silently do otherwise than the mesh says. */
import { isOfResponse } from '../../config/sources.ts';
import { FILTER_STATE_TAGS, isAtLeast } from '../../config/versions.ts';
import { MeshspanError } from '../../errors.ts';
import { privateHeader } from '../../plan/attribute-route.ts';
import type { Generation } from '../target.ts';
import { logsByHttp } from './access-log.ts';

/** Throws MESHSPAN_ERR_UNSUPPORTED. */
export function refuseWhatIsTooNew(generation: Generation): void {
  const { mesh, versions } = generation;
  const { tracing, logs } = mesh.backends;
  refuseWhatNeedsFilterState(generation);
  if (logs.kind === 'otlp' && tracing.kind === 'otlp+http' && !logsByHttp(versions.envoy)) {
    throw unsupported(
      generation,
      'an access log by OTLP over HTTP',
      'backends',
      'a tracing backend otlp://, or logs: stdout',
    );
  }
}

/** Before filter state, tags read what the filter left in the request's private headers. Throws the same. */
export function refuseWhatNeedsFilterState(generation: Generation): void {
  if (isAtLeast(generation.versions.envoy, FILTER_STATE_TAGS)) return;
  const ofFilter = generation.routes.filter(({ by }) => by === 'filter');
  const late = ofFilter.find(({ attribute }) => attribute.from.some(isOfResponse));
  if (late !== undefined) {
    const got = 'an attribute of the response: its tags read request headers only';
    throw unsupported(generation, got, `attributes, ${late.key}`, 'remove the attribute');
  }
  const headers = ofFilter.map(({ key }) => privateHeader(key));
  const same = ofFilter.find((_route, i) => headers.indexOf(headers[i] as string) !== i);
  if (same !== undefined) {
    const got = 'two keys that differ in their case only, and so have the same private header';
    throw unsupported(generation, got, `attributes, ${same.key}`, 'rename one of them');
  }
}

function unsupported({ versions }: Generation, got: string, where: string, mend: string): MeshspanError {
  return new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
    ...{ expected: `what Envoy ${versions.envoy} can do`, got, where },
    mend: `${mend}, or generate for --envoy ${FILTER_STATE_TAGS} or later`,
  });
}
