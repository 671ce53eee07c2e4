import { expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture } from '../../tools/fixture.ts';
import { checkRules, testRules } from '../../tools/prometheus.ts';
import { promtool } from '../../tools/tools.ts';
import { FLAGGER, generate } from './meshes.ts';

interface MetricTemplate {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly query: string };
}

/** What Flagger fills in (pkg/metrics/observers/render.go); it refuses a name that it does not know. */
const VARIABLES: Readonly<Record<string, string>> = {
  ...{ namespace: 'shop', target: 'orders', interval: '1m', 'variables.value': 'acme' },
};

function queries(): Readonly<Record<string, string>> {
  const { text = '' } =
    generate(FLAGGER.everything).find(({ path }) => path.endsWith('templates.yaml')) ?? {};
  const templates = parseAllDocuments(text).map((document) => document.toJS() as MetricTemplate);
  return Object.fromEntries(
    templates
      .filter(({ metadata }) => metadata.namespace === 'shop')
      .map(({ metadata, spec }) => [
        metadata.name,
        spec.query.replaceAll(/{{ ([\w.]+) }}/g, (_, name: string) => VARIABLES[name] ?? `{{${name}}}`),
      ]),
  );
}

const OF = 'destination_workload_namespace="shop", destination_workload="orders", reporter="destination"';
const requests = (code: number, tenant: string, perScrape: number): object => ({
  series: `istio_requests_total{${OF}, response_code="${code}", tenant_id="${tenant}"}`,
  values: `0+${perScrape}x40`,
});
const buckets = [
  ['100', 98],
  ['500', 100],
  ['+Inf', 100],
].map(([le, perScrape]) => ({
  series: `istio_request_duration_milliseconds_bucket{${OF}, le="${le}"}`,
  values: `0+${perScrape}x40`,
}));

/** Series, and what each query then says; undefined: no value, which Flagger takes for a failed check. */
const CASES = [
  {
    when: 'one in ten fails',
    series: [requests(200, 'globex', 90), requests(503, 'globex', 10)],
    success: 90,
    acme: 100,
  },
  { when: 'all fail', series: [requests(503, 'globex', 10)], success: 0, acme: 100 },
  { when: 'none fails', series: [requests(200, 'globex', 10)], success: 100, acme: 100 },
  {
    when: 'one tenant fails',
    series: [requests(200, 'globex', 99), requests(500, 'acme', 1)],
    success: 99,
    acme: 0,
  },
  { when: 'nobody asks', series: [], success: undefined, acme: 100 },
] as const;

await describeWithTools('the queries of the metric templates', [promtool], () => {
  it.each(CASES)('when $when', async ({ series, success, acme }) => {
    const { 'shop-success-rate': all, 'shop-success-rate-by-tenant-id': ofAcme, 'shop-p99': p99 } = queries();
    const sample = (expr: string | undefined, value: number | undefined): object => ({
      // Rates are extrapolated: exact but for the last digits of a double.
      ...{ expr: `round((${expr}), 0.001)`, eval_time: '5m' },
      exp_samples: value === undefined ? [] : [{ labels: '{}', value }],
    });
    const tests = [
      {
        interval: '15s',
        input_series: [...series, ...buckets],
        promql_expr_test: [sample(all, success), sample(ofAcme, acme), sample(p99, 300)],
      },
    ];
    expect(await testRules(await fixture('tests.yaml', stringify({ rule_files: [], tests })))).toMatch(
      /SUCCESS/,
    );
  });

  it('parse', async () => {
    const rules = Object.entries(queries()).map(([name, expr]) => ({
      record: name.replaceAll('-', '_'),
      expr,
    }));
    const file = await fixture('rules.yaml', stringify({ groups: [{ name: 'flagger', rules }] }));
    expect(await checkRules(file)).toMatch(/3 rules found/);
  });
});
