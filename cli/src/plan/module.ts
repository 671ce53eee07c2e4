import type { Mesh } from '../config/model.ts';
import { isOfResponse } from '../config/sources.ts';

/** The two builds of the filter (docs/filter.md, "Which module"). */
export const MODULES = { whole: 'meshspan.wasm', request: 'meshspan-request.wasm' } as const;

/** What of a mesh needs the build that sees responses; undefined: the one for requests alone does all of it. */
export function whyWholeModule({ attributes, traceId }: Mesh): string | undefined {
  if (traceId !== undefined) return 'traceId';
  for (const { key, from, to } of attributes) {
    if (from.some(isOfResponse)) return `a source of the response, of ${key}`;
    if (to?.responseHeader !== undefined) return `to.responseHeader, of ${key}`;
    if (to?.metric === true) return `to.metric, of ${key}`;
  }
  return undefined;
}

/** File name of the build that a mesh needs. */
export function moduleOf(mesh: Mesh): string {
  return whyWholeModule(mesh) === undefined ? MODULES.request : MODULES.whole;
}
