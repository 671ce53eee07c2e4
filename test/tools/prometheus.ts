import { join } from 'node:path';
import { moduleFolder } from './go-tool.ts';
import { crdcheck, promtool, promtoolKubernetes } from './tools.ts';
import { judge } from './verdict.ts';

/** `promtool check rules`: recording and alerting rules, each expression parsed by Prometheus. */
export async function checkRules(file: string): Promise<string> {
  return judge(await promtool.path(), ['check', 'rules', file]);
}

/** `promtool check config`: a whole prometheus.yml, and the rule files that it names. */
export async function checkPrometheus(file: string): Promise<string> {
  return judge(await promtool.path(), ['check', 'config', file]);
}

/** The same for one that finds its targets in Kubernetes, which Debian's promtool does not know. */
export async function checkPrometheusInKubernetes(file: string): Promise<string> {
  return judge(await promtoolKubernetes.path(), ['check', 'config', file]);
}

/** `promtool test rules`: evaluates rules on the series of a test file, and compares alerts and samples. */
export async function testRules(file: string): Promise<string> {
  return judge(await promtool.path(), ['test', 'rules', file]);
}

/** The last release of the operator that Go's module proxy has with its CustomResourceDefinitions. */
const OPERATOR = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

/** What a Kubernetes API server would say of resources of the Prometheus operator: PodMonitors or rules. */
export async function checkOperator(
  kind: 'podmonitors' | 'prometheusrules',
  files: readonly string[],
): Promise<string> {
  const folder = join(await moduleFolder('prometheus', OPERATOR), 'example', 'prometheus-operator-crd');
  const crds = join(folder, `monitoring.coreos.com_${kind}.yaml`);
  // As in checkCrds: the checker is built of Istio's packages.
  const quiet = ['TARGET_OUT=.', 'LOCAL_OUT=.'];
  return judge('env', [...quiet, await crdcheck.path(), '--crds', crds, ...files]);
}
