/**
 * `npm run test:istio -- --full`: brings the programs of the full form of the tests in Istio, which takes minutes
 * the first time and is said first, and runs it. Exit code: 0 passed, or skipped where a program cannot be had and
 * `CI` is not `true`; 1 failed; 2 no such option.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const FORMS: Readonly<Record<string, { readonly tools: readonly string[]; readonly project: string }>> = {
  '--full': {
    // In the order that compiles each package once.
    tools: [
      ...['etcd', 'crane', 'otelcol', 'xdsd', 'pilot-agent', 'istioctl', 'pilot-discovery'],
      ...['kube-apiserver', 'kubectl'],
    ],
    project: 'istio-full',
  },
};

const [form = '', ...rest] = process.argv.slice(2);
const chosen = FORMS[form];
if (chosen === undefined || rest.length > 0) {
  const got = [form, ...rest].join(' ') || 'none';
  console.error(`MESHSPAN_ERR_OPTION_INVALID: expected ${Object.keys(FORMS).join(' or ')}, got ${got}`);
  process.exit(2);
}
const root = join(import.meta.dirname, '..', '..');
const brought = run(process.execPath, [join(root, 'test', 'tools', 'main.ts'), ...chosen.tools]);
process.exitCode = brought === 0 ? run('vitest', ['run', '--project', chosen.project]) : 1;

function run(command: string, args: readonly string[]): number {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}
