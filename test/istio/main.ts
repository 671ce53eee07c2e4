/**
 * `npm run test:istio [-- --full]`: the tests in Istio, and docs/compatibility.md with what was run and when. The
 * full form wants Kubernetes' API server and istiod too. What is not there yet is brought first, which takes minutes and is
 * said. Exit code: that of the tests. In CI the page is left as it is.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVOY_VERSIONS, ENVOY_VERSIONS_BY_HEADER } from '@meshspan/cli/envoy/versions.ts';
import { ENVOY } from './services.ts';

/** The commit of Istio's release-1.31 that test/tools/istio/go.mod pins. */
const ISTIO = '1.31 (eed52ebb66ad)';
const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/compatibility.md');

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

/** What each form runs, in the order that compiles each package once. */
const FAST = ['crane', 'otelcol', 'xdsd', 'pilot-agent'];
const FULL = ['etcd', ...FAST, 'istioctl', 'pilot-discovery', 'kube-apiserver', 'kubectl'];

const form = process.argv.includes('--full') ? 'full' : 'fast';
const folder = mkdtempSync(join(tmpdir(), 'meshspan-istio-report-'));
try {
  const file = join(folder, 'report.json');
  const tools = form === 'full' ? FULL : FAST;
  spawnSync(process.execPath, [join(ROOT, 'test/tools/main.ts'), ...tools], { cwd: ROOT, stdio: 'inherit' });
  const started = performance.now();
  const { status } = spawnSync(
    join(ROOT, 'node_modules/.bin/vitest'),
    [
      'run',
      '--project',
      form === 'full' ? 'istio-full' : 'istio',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    { cwd: ROOT, stdio: 'inherit' },
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  if (existsSync(file) && process.env.CI !== 'true')
    write(JSON.parse(readFileSync(file, 'utf8')) as Report, seconds);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Puts this form's line into the page; that of the other form stays. */
function write({ numPassedTests, numFailedTests, numPendingTests }: Report, seconds: number): void {
  const result = `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`;
  const what = [form, ISTIO, ENVOY, process.version, `Linux ${release()}, ${process.arch}`];
  const row = `| ${[...what, new Date().toISOString().slice(0, 10), result, `${seconds} s`].join(' | ')} |`;
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const others = page
    .split('\n')
    .filter((line) => /^\| (?:fast|full) \|/.test(line) && !line.startsWith(`| ${form} |`));
  writeFileSync(PAGE, pageOf([...others, row].sort()));
}

function pageOf(rows: readonly string[]): string {
  return `# Compatibility

What was really run, and when. Written by \`npm run test:istio\` (the fast form) and \`npm run test:istio -- --full\`, never by hand; docs/testing.md says what the forms are.

| form | Istio's code | Envoy | Node | machine | date | tests | took |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

\`npm test\` runs the filter and the SDK on upstream's Envoy ${ENVOY_VERSIONS.join(', ')} (and ${ENVOY_VERSIONS_BY_HEADER.join(', ')} by private headers), the SDK on Node 22, 24 and 26, what \`meshspan generate\` writes for Envoy on 1.36 to 1.40, and what it writes for Istio on proxies that say they are 1.28 to 1.31. Istio's own proxy image was never run: upstream's Envoy stands for it, which has not Istio's C++ filters (statistics, ALPN, metadata exchange).
`;
}
