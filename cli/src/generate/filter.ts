/** Target `filter`: the filter's own configuration, for those who attach it in their own way. */
import { jsonFile } from './print.ts';
import type { Target } from './target.ts';

/** Path of its one file. */
export const CONFIGURATION = 'filter/configuration.json';

export const filterTarget: Target = {
  name: 'filter',
  summary: "the filter's own configuration (JSON)",
  generate: ({ filterConfiguration }) =>
    filterConfiguration === undefined ? [] : [{ path: CONFIGURATION, text: jsonFile(filterConfiguration) }],
};
