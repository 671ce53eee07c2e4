/** Target `filter`: the filter's own configuration, for those who attach it in their own way. */
import { jsonFile } from './print.ts';
import type { Target } from './target.ts';

export const filterTarget: Target = {
  name: 'filter',
  summary: "the filter's own configuration (JSON)",
  generate: ({ filterConfiguration }) =>
    filterConfiguration === undefined
      ? []
      : [{ path: 'filter/configuration.json', text: jsonFile(filterConfiguration) }],
};
