import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeWithTools } from '../../tools/describe.ts';
import { checkOperator, checkPrometheus, checkPrometheusInKubernetes } from '../../tools/prometheus.ts';
import { crdcheck, promtool, promtoolKubernetes } from '../../tools/tools.ts';
import { generated, MESH_NAMES } from './meshes.ts';

await describeWithTools('scrape configurations', [promtool, promtoolKubernetes], () => {
  it.each(MESH_NAMES)('of %s are taken by promtool, rules included', async (mesh) => {
    const folder = await generated('metrics', mesh);
    expect(await checkPrometheusInKubernetes(join(folder, 'scrape.yaml'))).toMatch(
      /SUCCESS: \d+ rules found/,
    );
    expect(await checkPrometheus(join(folder, 'scrape-envoy.yaml'))).toMatch(/SUCCESS: \d+ rules found/);
  });

  it('are refused with a mistake', async () => {
    const file = join(await generated('metrics', 'defaults'), 'scrape.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('role: pod', 'role: pods'));
    await expect(checkPrometheusInKubernetes(file)).rejects.toThrow(/unknown Kubernetes SD role "pods"/);
  });
});

await describeWithTools("the operator's resources", [crdcheck], () => {
  it.each(MESH_NAMES)('of %s are taken by its CRDs', async (mesh) => {
    const folder = await generated('metrics', mesh);
    await checkOperator('podmonitors', [join(folder, 'monitors.yaml')]);
    await checkOperator('prometheusrules', [join(folder, 'prometheus-rule.yaml')]);
  });

  it('are refused with a mistake', async () => {
    const folder = await generated('metrics', 'defaults');
    const monitors = join(folder, 'monitors.yaml');
    await writeFile(monitors, (await readFile(monitors, 'utf8')).replace('interval: 15s', 'interval: often'));
    await expect(checkOperator('podmonitors', [monitors])).rejects.toThrow(/interval/);
    const rule = join(folder, 'prometheus-rule.yaml');
    await writeFile(rule, (await readFile(rule, 'utf8')).replace('for: 5m', 'during: 5m'));
    await expect(checkOperator('prometheusrules', [rule])).rejects.toThrow(/during/);
  });

  it('hold the rules of rules.yaml', async () => {
    const folder = await generated('metrics', 'tenants');
    const read = async (file: string): Promise<object> => parse(await readFile(join(folder, file), 'utf8'));
    const rules = await read('rules.yaml');
    expect(await read('prometheus-rule.yaml')).toMatchObject({
      metadata: { labels: { release: 'kube-prometheus-stack' }, namespace: 'observability' },
      spec: rules,
    });
  });
});
