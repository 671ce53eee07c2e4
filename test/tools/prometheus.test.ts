import { expect, it } from 'vitest';
import { describeWithTools } from './describe.ts';
import { fixture } from './fixture.ts';
import { checkPrometheus, checkRules, testRules } from './prometheus.ts';
import { promtool } from './tools.ts';

const RULES = `
groups:
  - name: meshspan
    rules:
      - alert: FilterErrors
        expr: sum(rate(meshspan_problems_total[5m])) > 0
        for: 1m
        annotations: { summary: "The filter has problems" }
`;

const CONFIG = `
scrape_configs:
  - job_name: proxies
    metrics_path: /stats/prometheus
    static_configs: [{ targets: ["127.0.0.1:15090"] }]
`;

await describeWithTools('promtool', [promtool], () => {
  it('takes rules', async () => {
    expect(await checkRules(await fixture('rules.yaml', RULES))).toContain('SUCCESS: 1 rules found');
  });

  it('refuses an expression that does not parse', async () => {
    const file = await fixture('rules.yaml', RULES.replace('[5m])', '[5m]'));
    await expect(checkRules(file)).rejects.toThrow(/could not parse expression: .*unclosed left parenthesis/);
  });

  it('takes a configuration', async () => {
    expect(await checkPrometheus(await fixture('prometheus.yml', CONFIG))).toContain('SUCCESS');
  });

  it('refuses a field that Prometheus has not', async () => {
    const file = await fixture('prometheus.yml', CONFIG.replace('metrics_path', 'metric_path'));
    await expect(checkPrometheus(file)).rejects.toThrow(/field metric_path not found/);
  });

  it('evaluates rules on series', async () => {
    await testRules(await testFile('[{ exp_annotations: { summary: "The filter has problems" } }]'));
  });

  it('refuses a test whose alert does not fire as it says', async () => {
    await expect(testRules(await testFile('[]'))).rejects.toThrow(/FilterErrors/);
  });
});

/** A file of `promtool test rules`: a counter that grows, and the alerts that are expected after 10 minutes. */
async function testFile(alerts: string): Promise<string> {
  return fixture(
    'test.yaml',
    `
rule_files: ["${await fixture('rules.yaml', RULES)}"]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{ series: "meshspan_problems_total", values: "0+60x15" }]
    alert_rule_test: [{ eval_time: 10m, alertname: FilterErrors, exp_alerts: ${alerts} }]
`,
  );
}
