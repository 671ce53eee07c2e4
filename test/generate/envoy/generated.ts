/** What `meshspan generate envoy` writes for a meshspan.yaml, as an Envoy of this machine can take it. */
import { type LoadedMesh, toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { NEWEST } from '@meshspan/cli/config/versions.ts';
import { generateFiles } from '@meshspan/cli/generate/targets.ts';
import { parse } from 'yaml';
import { FILTER } from '../../e2e/shop.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A file of the target. */
export interface Generated {
  readonly path: string;
  readonly text: string;
  /** As YAML says it, the filter at its place on this machine. */
  readonly value: Json;
}

/** The files that are generated for a release of Envoy ("1.40"). */
export function generate(text: string, envoy: string, target = 'envoy'): readonly Generated[] {
  const mesh = load(text);
  return generateFiles([target], mesh, { ...NEWEST, envoy }).map(({ path, text }) => ({
    ...{ path, text },
    value: JSON.parse(JSON.stringify(parse(text)), toBuiltFilter) as Json,
  }));
}

function toBuiltFilter(key: string, value: unknown): unknown {
  return key === 'filename' ? FILTER : value;
}

/** Only the bootstraps. */
export function bootstraps(text: string, envoy: string): readonly Generated[] {
  return generate(text, envoy).filter(({ path }) => path.endsWith('bootstrap.yaml'));
}

/** A meshspan.yaml by its text. */
export function load(text: string): LoadedMesh {
  return toMesh(parseSource(text, 'meshspan.yaml'));
}
