import { promtool } from './tools.ts';
import { judge } from './verdict.ts';

/** `promtool check rules`: recording and alerting rules, each expression parsed by Prometheus. */
export async function checkRules(file: string): Promise<string> {
  return judge(await promtool.path(), ['check', 'rules', file]);
}

/** `promtool check config`: a whole prometheus.yml, and the rule files that it names. */
export async function checkPrometheus(file: string): Promise<string> {
  return judge(await promtool.path(), ['check', 'config', file]);
}

/** `promtool test rules`: evaluates rules on the series of a test file, and compares alerts and samples. */
export async function testRules(file: string): Promise<string> {
  return judge(await promtool.path(), ['test', 'rules', file]);
}
