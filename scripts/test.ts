/**
 * Runs everything that must be right, one runner after the other, and adds up what they say. All of them run,
 * also after one has failed. The last line is `N passed, N failed` (and `, N skipped`); exit code 0 or 1.
 *
 * `npm test -- NAME …` runs only the steps of these names.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

interface Step {
  readonly name: string;
  run(): Promise<Count>;
}

const root = join(import.meta.dirname, '..');

const steps: Step[] = [
  { name: 'build', run: () => check('npm', ['run', '--silent', 'build']) },
  { name: 'types', run: () => check('tsc', ['--noEmit']) },
  { name: 'lint', run: () => check('biome', ['check', '--error-on-warnings', '.']) },
  { name: 'package', run: () => check('npm', ['run', '--silent', 'check:package', '--workspace', 'sdk']) },
  { name: 'as-pect', run: asPect },
  // Before the tests that find them: only here does a build of minutes meet no test's limit of time.
  { name: 'tools', run: () => check('npm', ['run', '--silent', 'tools']) },
  { name: 'unit', run: () => vitest(['sdk', 'sdk-opentelemetry-2', 'cli', 'host', 'tools']) },
  { name: 'generate', run: () => vitest(['generate']) },
  { name: 'istio', run: () => vitest(['istio']) },
  { name: 'e2e', run: () => vitest(['e2e']) },
];

const wanted = process.argv.slice(2);
if (wanted.includes('--help') || wanted.includes('-h')) {
  console.log(
    `npm test [-- STEP …]\n\nsteps, in this order: ${names(steps)}\nExit codes: 0 passed, 1 failed, 2 no such step.`,
  );
  process.exit(0);
}
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`MESHSPAN_ERR_OPTION_INVALID: no step ${unknown.join(', ')}; there are ${names(steps)}`);
  process.exit(2);
}

const total: Count = { passed: 0, failed: 0, skipped: 0 };
const failures: Step[] = [];
for (const step of wanted.length === 0 ? steps : steps.filter(({ name }) => wanted.includes(name))) {
  console.log(`\n── ${step.name} ${'─'.repeat(70 - step.name.length)}`);
  const started = Date.now();
  const count = await step.run();
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  if (count.failed > 0) failures.push(step);
  console.log(`   ${say(count)} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
// In CI everything is there to run; what did not run is not known to be right.
if (process.env.CI === 'true' && total.skipped > 0) {
  console.log(`\nIn CI nothing may be skipped: ${total.skipped} skipped tests count as failed.`);
  total.failed += total.skipped;
  total.skipped = 0;
}
if (failures.length > 0) console.log(`\nfailed: ${names(failures)}`);
console.log(`\n${say(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** A program that is right or not: one test. */
async function check(command: string, args: readonly string[]): Promise<Count> {
  const { status } = await run(command, args, root);
  return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** The filter's own specs; as-pect has no machine-readable summary of its own without another package. */
async function asPect(): Promise<Count> {
  const { status, output } = await run('asp', ['--summary', '--no-logo'], join(root, 'filter'));
  const summary = /\[Tests\]:\s*(\d+)\s*\/\s*(\d+)/.exec(stripVTControlCharacters(output));
  const passed = Number(summary?.[1] ?? 0);
  const failed = Number(summary?.[2] ?? 0) - passed;
  // A spec that does not compile ends the run before there is a summary.
  return { passed, failed: status !== 0 && failed === 0 ? 1 : failed, skipped: 0 };
}

/** The fields of vitest's JSON report that are read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

async function vitest(projects: readonly string[]): Promise<Count> {
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-test-'));
  const file = join(folder, 'report.json');
  try {
    const selected = projects.flatMap((project) => ['--project', project]);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { status } = await run('vitest', ['run', ...selected, ...reporters], root);
    const report = await readFile(file, 'utf8').then(
      (text) => JSON.parse(text) as Report,
      () => ({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 }),
    );
    const failed = report.numFailedTests;
    return {
      passed: report.numPassedTests,
      // A file that does not load, or an error outside a test, fails the run without failing a test.
      failed: status !== 0 && failed === 0 ? 1 : failed,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    const path = [join(root, 'filter/node_modules/.bin'), join(root, 'node_modules/.bin'), process.env.PATH];
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, PATH: path.join(':') },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    child.once('error', (error) => {
      console.error(`MESHSPAN_ERR_COMMAND_FAILED: ${command}: ${error.message}`);
      resolve({ status: 127, output });
    });
    child.once('close', (status) => resolve({ status: status ?? 1, output }));
  });
}

function say({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function names(list: readonly Step[]): string {
  return list.map(({ name }) => name).join(', ');
}
