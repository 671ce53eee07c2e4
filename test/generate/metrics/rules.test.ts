import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { describeWithTools } from '../../tools/describe.ts';
import { checkRules, testRules } from '../../tools/prometheus.ts';
import { promtool } from '../../tools/tools.ts';
import { FILTER_ALERTS } from './cases/filter-alerts.ts';
import { RECORDED, RECORDS } from './cases/records.ts';
import { REQUEST_ALERTS } from './cases/request-alerts.ts';
import type { AlertCase, Series } from './cases/series.ts';
import { TRACING_ALERTS } from './cases/tracing-alerts.ts';
import { generated, MESH_NAMES } from './meshes.ts';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const ALERTS = [...REQUEST_ALERTS, ...FILTER_ALERTS, ...TRACING_ALERTS];

/** Buckets are recorded for the percentiles only, and are tested with them. */
const BETWEEN = /_bucket:rate5m$/;

await describeWithTools('rules', [promtool], () => {
  it.each(MESH_NAMES)('of %s are taken by promtool', async (mesh) => {
    expect(await checkRules(join(await generated('metrics', mesh), 'rules.yaml'))).toMatch(
      /SUCCESS: \d+ rules found/,
    );
  });

  it('record what the series say', async () => {
    const folder = await generated('metrics', 'tenants');
    const tests = RECORDS.map(({ record, labels, value }) => ({
      // Interpolation and division leave the last digits open.
      expr: `round(${record}, 0.001)`,
      ...{ eval_time: '10m', exp_samples: [{ labels: labelText(labels), value }] },
    }));
    await testRules(await testFile(folder, [{ ...series(RECORDED), promql_expr_test: tests }]));
  });

  it.each(ALERTS.map((alert) => [`${alert.alert} (${alert.mesh})`, alert] as const))(
    'raise %s, and only when it should be',
    async (_, { alert, mesh, firing, quiet, labels, value, summary }) => {
      const folder = await generated('metrics', mesh);
      const rule = (await rules(folder)).find((other) => other.alert === alert);
      const annotations = Object.fromEntries(
        Object.entries(rule?.annotations ?? {}).map(([name, text]) => [name, filledIn(text, labels, value)]),
      );
      expect(annotations.summary).toBe(summary);
      const at = (alerts: readonly object[]): object => ({
        alert_rule_test: [{ eval_time: '14m', alertname: alert, exp_alerts: alerts }],
      });
      await testRules(
        await testFile(folder, [
          { ...series(firing), ...at([{ exp_labels: labels, exp_annotations: annotations }]) },
          { ...series(quiet), ...at([]) },
        ]),
      );
    },
  );

  it('are all tested', async () => {
    const tested = new Set<string>([
      ...RECORDS.map(({ record }) => record),
      ...ALERTS.map(({ alert }) => alert),
    ]);
    for (const mesh of MESH_NAMES) {
      const names = (await rules(await generated('metrics', mesh))).map(
        ({ record, alert }) => record ?? alert,
      );
      expect(names.filter((name) => !tested.has(name ?? '') && !BETWEEN.test(name ?? ''))).toEqual([]);
    }
  });
});

async function rules(folder: string): Promise<readonly Rule[]> {
  const { groups } = parse(await readFile(join(folder, 'rules.yaml'), 'utf8')) as {
    groups: readonly { rules: readonly Rule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

async function testFile(folder: string, tests: readonly object[]): Promise<string> {
  const file = join(folder, 'test.yaml');
  await writeFile(file, stringify({ rule_files: ['rules.yaml'], evaluation_interval: '15s', tests }));
  return file;
}

function series(all: Series): object {
  const input = Object.entries(all).map(([name, values]) => ({ series: name, values }));
  return { interval: '15s', input_series: input };
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;
}

/** A text of an alert as Prometheus fills it in: labels, the value as the case prints it, the proxy's name. */
function filledIn(text: string, labels: AlertCase['labels'], value: string): string {
  const { namespace, pod, instance = '' } = labels;
  return text
    .replaceAll(
      /\{\{ if \$labels\.pod \}\}.*?\{\{ end \}\}/g,
      pod === undefined ? instance : `${namespace}/${pod}`,
    )
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? '')
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, value);
}
