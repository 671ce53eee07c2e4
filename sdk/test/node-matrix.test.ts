import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What differs between releases of Node: its undici, its async context, its http; and what builds on those. */
const FILES = [
  'src/outbound',
  'src/context',
  'src/carriers',
  'src/otel',
  'src/inbound/hold',
  'src/inbound/modes',
];

interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly assertionResults: readonly Result[] }[];
}

interface Result {
  readonly status: string;
  readonly fullName: string;
}

/** Node 24 is what all tests run on. */
describe.each(['22', '26'])('Node %s', (major) => {
  const node = join(root, `runtimes/node_modules/node-${major}/bin/node`);

  // npm test brings them (scripts/install.mjs); they are for Linux on x64, and npm leaves them out elsewhere.
  it.skipIf(!existsSync(node))(
    'passes the tests of what it may differ in (skipped where npm test has not brought it)',
    { timeout: 1_200_000 },
    async () => {
      const { stdout } = await run(node, ['-p', 'process.versions.node']);
      expect(stdout.split('.')[0]).toBe(major);

      const folder = mkdtempSync(join(tmpdir(), 'meshspan-node-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const file = join(folder, 'report.json');
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const files = FILES.map((name) => `sdk/${name}`);
      const args = ['run', '--project', 'sdk', '--reporter=json', `--outputFile=${file}`, ...files];
      // Its own variables would have the inner vitest take itself for one of this one's workers.
      const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|VITE_|NODE_OPTIONS)/.test(name));
      const env = { ...Object.fromEntries(own), PATH: [dirname(node), process.env.PATH].join(delimiter) };
      // Its exit code says no more than the report does, which names what failed.
      const ended = await run(node, [vitest, ...args], { cwd: root, env }).catch((error: Error) => error);
      if (!existsSync(file)) throw new Error('vitest did not run', { cause: ended });

      const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
      const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
      expect(results.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName)).toEqual([]);
      expect(report).toMatchObject({ success: true, numPendingTests: 0 });
      expect(report.numPassedTests).toBeGreaterThan(300);
    },
  );
});
