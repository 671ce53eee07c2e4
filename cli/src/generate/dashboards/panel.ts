/** Panels of the dashboards: a few kinds, each with its unit, so that none is left without. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { DashboardLinkBuilder, type Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as HeatmapBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Link } from './traces.ts';

/** The dashboard's variable with the Prometheus. */
export const PROMETHEUS = { type: 'prometheus', uid: `\${datasource}` } as const;

/** Units of Grafana (its `valueFormats`). */
export type Unit = 'reqps' | 'percentunit' | 'ms' | 'bytes' | 'short' | 'cps';

export interface Query {
  readonly expr: string;
  /** With labels as Grafana fills them in: `{{pod}}`. */
  readonly legend?: string;
}

interface Common {
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Of the 24 columns. Default: 12. */
  readonly width?: number;
  /** Opened by a click on a series. */
  readonly links?: readonly Link[];
}

/** Lines over time. */
export function timeseries({
  title,
  description,
  unit,
  queries,
  width = 12,
  links = [],
}: Common): Builder<Panel> {
  return new TimeseriesBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .min(0)
    .fillOpacity(10)
    .height(8)
    .span(width)
    .dataLinks(links.map(({ title, url }) => new DashboardLinkBuilder(title).url(url).targetBlank(true)))
    .targets(queries.map((query, i) => target(query, i).range()));
}

/** One number: the last of the time that is shown. */
export function stat({ title, description, unit, queries, width = 6 }: Common): Builder<Panel> {
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .height(4)
    .span(width)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .targets(queries.map((query, i) => target(query, i).instant()));
}

/** A histogram over time; the query is of its buckets, by `le`. */
export function heatmap({ title, description, unit, queries, width = 12 }: Common): Builder<Panel> {
  return new HeatmapBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .height(8)
    .span(width)
    .calculate(false)
    .targets(queries.map((query, i) => target(query, i).range().format(PromQueryFormat.Heatmap)));
}

/** One line for each set of labels, and a column for each query, with a unit of its own. */
export function table(
  { title, description, unit, width = 24 }: Omit<Common, 'queries'>,
  columns: readonly (Query & { readonly name: string; readonly unit: Unit })[],
): Builder<Panel> {
  const panel = new TableBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .height(10)
    .span(width)
    .targets(columns.map((query, i) => target(query, i).instant().format(PromQueryFormat.Table)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        // So Grafana names the values of queries; of a single one without its letter.
        renameByName: Object.fromEntries(
          columns.map(({ name }, i) => [columns.length === 1 ? 'Value' : `Value #${letter(i)}`, name]),
        ),
      },
    });
  for (const { name, unit } of columns) panel.overrideByName(name, [{ id: 'unit', value: unit }]);
  return panel;
}

function target({ expr, legend }: Query, i: number): DataqueryBuilder & Builder<Dataquery> {
  const query = new DataqueryBuilder().refId(letter(i)).expr(expr).datasource(PROMETHEUS);
  return legend === undefined ? query : query.legendFormat(legend);
}

function letter(i: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + i);
}
