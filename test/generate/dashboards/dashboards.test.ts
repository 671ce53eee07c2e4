import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { describeWithTools } from '../../tools/describe.ts';
import { checkDashboards } from '../../tools/grafana.ts';
import { checkRules } from '../../tools/prometheus.ts';
import { dashcheck, promtool } from '../../tools/tools.ts';
import { generated, MESH_NAMES } from '../metrics/meshes.ts';
import { metricNames, withoutVariables } from '../metrics/promql.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly links?: readonly { readonly url: string }[] };
  };
}

interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
}

const FILES = ['golden-signals.json', 'filter-health.json'];

await describeWithTools("dashboards by Grafana's schemas", [dashcheck], () => {
  it.each(MESH_NAMES)('of %s are taken', async (mesh) => {
    const folder = await generated('dashboards', mesh);
    await checkDashboards(FILES.map((file) => join(folder, file)));
  });

  it('are refused with a field that a panel, a query or a variable has not', async () => {
    const folder = await generated('dashboards', 'defaults');
    const file = join(folder, 'golden-signals.json');
    const text = await readFile(file, 'utf8');
    for (const field of ['fieldConfig', 'legendFormat', 'includeAll', 'graphTooltip']) {
      expect(text).toContain(`"${field}"`);
      await writeFile(file, text.replace(`"${field}"`, `"${field}s"`));
      await expect(checkDashboards([file])).rejects.toThrow(`unexpected field '${field}s'`);
    }
  });
});

await describeWithTools('queries of dashboards', [promtool], () => {
  it.each(MESH_NAMES)('of %s are taken by promtool', async (mesh) => {
    const folder = await generated('dashboards', mesh);
    const boards = await Promise.all(FILES.map((file) => read(join(folder, file))));
    const queries = boards.flatMap(({ panels }) => panels.flatMap(({ targets = [] }) => targets));
    const rules = queries.map(({ expr }, i) => ({ record: `query:${i}`, expr: withoutVariables(expr) }));
    const file = join(folder, 'queries.yaml');
    await writeFile(file, stringify({ groups: [{ name: 'queries', rules }] }));
    expect(await checkRules(file)).toContain(`SUCCESS: ${queries.length} rules found`);
  });
});

it.each(MESH_NAMES.flatMap((mesh) => FILES.map((file) => [mesh, file] as const)))(
  'panels of %s/%s have a unit, a place and an id of their own',
  async (mesh, file) => {
    const { panels, schemaVersion } = await read(join(await generated('dashboards', mesh), file));
    expect(schemaVersion).toBe(42);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const [i, panel] of panels.entries()) {
      const { x, w } = panel.gridPos;
      expect(x + w, panel.title).toBeLessThanOrEqual(24);
      expect(
        panels.slice(0, i).filter((other) => overlaps(panel, other)),
        panel.title,
      ).toEqual([]);
      if (panel.type === 'row') continue;
      expect(panel.fieldConfig?.defaults.unit, panel.title).toMatch(/^\w+$/);
      expect(panel.description, panel.title).toMatch(/\.$/);
      const letters = panel.targets?.map(({ refId }) => refId) ?? [];
      expect(new Set(letters).size, panel.title).toBe(letters.length);
      expect(letters.length, panel.title).toBeGreaterThan(0);
    }
  },
);

it('every variable in a query is one of the dashboard', async () => {
  for (const file of FILES) {
    const { panels, templating } = await read(join(await generated('dashboards', 'tenants'), file));
    const names = templating.list.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { expr } of panels.flatMap(({ targets = [] }) => targets)) {
      const used = [...expr.matchAll(/\$(?!__)(\w+)/g)].map(([, name]) => name);
      expect(names).toEqual(expect.arrayContaining(used));
    }
  }
});

it('golden signals by tenant: rate, errors and duration, with a link to the traces of the tenant', async () => {
  const { panels, templating } = await read(
    join(await generated('dashboards', 'tenants'), 'golden-signals.json'),
  );
  expect(templating.list.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'datasource',
      'namespace',
      'workload',
      'destination_cluster',
      'tenant_id',
      'cluster',
    ]),
  );
  const row = panels.findIndex(({ title }) => title === 'By tenant.id');
  const ofTenant = panels.slice(row + 1, row + 4);
  expect(ofTenant.map(({ title }) => title)).toEqual(['Rate', 'Errors', 'P99']);
  for (const { targets = [] } of ofTenant) expect(targets[0]?.expr).toContain('tenant_id=~"$tenant_id"');
  const [traces, failed] = ofTenant[0]?.fieldConfig?.defaults.links ?? [];
  expect(traceql(traces?.url)).toBe('{ span.tenant.id = "acme" }');
  expect(traceql(failed?.url)).toBe('{ span.tenant.id = "acme" && status = error }');
});

it('without a Tempo no panel links to one', async () => {
  for (const file of FILES) {
    const { panels, templating } = await read(join(await generated('dashboards', 'gateways'), file));
    expect(templating.list.map(({ type }) => type)).toContain('datasource');
    expect(templating.list.map(({ name }) => name)).not.toContain('tempo');
    expect(panels.flatMap(({ fieldConfig }) => fieldConfig?.defaults.links ?? [])).toEqual([]);
  }
});

it('an attribute with the name of a variable of the dashboard has another one', async () => {
  const text = `
attributes: [{ key: workload, from: [{ literal: a }] }]
metrics: { labels: [workload] }
`;
  const folder = await generated('dashboards', toMesh(parseSource(text, 'meshspan.yaml')));
  const { templating, panels } = await read(join(folder, 'golden-signals.json'));
  const names = templating.list.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  expect(queries.some((expr) => expr.includes('workload=~"$attribute_workload"'))).toBe(true);
});

it('a uid is at most 40 characters, and the same each time', async () => {
  const uids = async (name: string): Promise<readonly string[]> => {
    const folder = await generated('dashboards', toMesh(parseSource(`name: ${name}`, 'meshspan.yaml')));
    return Promise.all(FILES.map(async (file) => (await read(join(folder, file))).uid));
  };
  const long = 'a'.repeat(60);
  const seen = [...(await uids('shop')), ...(await uids(long)), ...(await uids(`${long}b`))];
  expect(new Set(seen).size).toBe(seen.length);
  for (const uid of seen) expect(uid).toMatch(/^[\w-]{1,40}$/);
  expect(await uids(long)).toEqual(await uids(long));
});

it('Grafana finds them by the provisioning file', async () => {
  const file = join(await generated('dashboards', 'tenants'), 'provisioning.yaml');
  expect(parse(await readFile(file, 'utf8'))).toMatchObject({
    apiVersion: 1,
    providers: [{ name: 'shop', type: 'file', options: { path: '/var/lib/grafana/dashboards/shop' } }],
  });
});

it('the reader of PromQL names what an expression reads, and refuses what is none', () => {
  expect(
    metricNames('sum(rate(a{b="c"}[5m])) / on (x) (d:e > 0) or label_replace(f, "a", "b", "c", "d")'),
  ).toEqual([...['a', 'd:e', 'f']]);
  expect(() => metricNames('sum(rate(a[5m])')).toThrow('no PromQL');
});

async function read(file: string): Promise<Dashboard> {
  return JSON.parse(await readFile(file, 'utf8')) as Dashboard;
}

function overlaps({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** The TraceQL of a link into Explore, once Grafana has filled in the series that was clicked. */
function traceql(url = ''): string | undefined {
  const filled = url.replace(`\${__field.labels.tenant_id}`, 'acme').replaceAll(/\$\{\w+\}/g, '1');
  const panes = JSON.parse(new URL(filled, 'http://grafana').searchParams.get('panes') ?? '{}') as {
    traces?: { queries: { query: string }[] };
  };
  return panes.traces?.queries[0]?.query;
}
