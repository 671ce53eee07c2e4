/** Links from a series to the traces behind it: Grafana's Explore with a TraceQL query for Tempo. */
import type { Mesh } from '../../config/model.ts';

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** The dashboard's variable with the Tempo. */
export const TEMPO = 'tempo';

export function hasTempo({ backends }: Mesh): boolean {
  return backends.traces.some(({ kind }) => kind === 'tempo');
}

/** The value of a label of the series that was clicked. */
export function clicked(label: string): string {
  return `\${__field.labels.${label}}`;
}

/** Links to the traces that a TraceQL query finds, and to those of them with an error; none without a Tempo. */
export function tracesLinks(mesh: Mesh, condition: string): Link[] {
  if (!hasTempo(mesh)) return [];
  return [
    { title: 'Traces', url: explore(`{ ${condition} }`) },
    { title: 'Traces with an error', url: explore(`{ ${condition} && status = error }`) },
  ];
}

function explore(query: string): string {
  const datasource = { type: 'tempo', uid: `\${${TEMPO}}` };
  const panes = {
    traces: {
      datasource: datasource.uid,
      queries: [{ refId: 'A', datasource, queryType: 'traceql', query, limit: 20 }],
      range: { from: `\${__from}`, to: `\${__to}` },
    },
  };
  // Grafana fills in ${…} in a link only where it is not encoded.
  const encoded = JSON.stringify(panes)
    .split(/(\$\{[^}]+\})/)
    .map((part) => (part.startsWith('${') ? part : encodeURIComponent(part)))
    .join('');
  return `/explore?schemaVersion=1&orgId=1&panes=${encoded}`;
}
