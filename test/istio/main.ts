/** `npm run test:istio`: the tests in Istio, and docs/compatibility.md with what was run and when. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release as kernel, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ENVOY_VERSIONS, ENVOY_VERSIONS_BY_HEADER } from '@meshspan/cli/envoy/versions.ts';
import { endWith, printHelpIfAsked, readCommandLine } from '../command-line.ts';
import { haveImage } from './proxy-image.ts';
import { RELEASES, type Release } from './releases.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Of a row whose image is the stand-in, which is not Istio's. */
const OWN = 'image of our own';
const PAGE = join(ROOT, 'docs/compatibility.md');

interface Run {
  readonly form: 'fast' | 'image' | 'full';
  readonly release: Release;
  /** Of the proxies; undefined: they are processes. */
  readonly image?: string;
  /** Of vitest.config.ts. */
  readonly project: string;
  /** In the order that compiles each package once. */
  readonly tools: readonly string[];
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

const [NEWEST, ...OLDER] = RELEASES;

const USAGE = '[--release LINE] [--proxy-image IMAGE|stand-in] | --full';
const HELP = `npm run test:istio -- ${USAGE}

  By default: the fast form on the newest release, as npm test has it.
  --release LINE       of Istio: ${RELEASES.map(({ istio }) => istio).join(', ')}
  --proxy-image IMAGE  its proxies are containers of Istio's image, such as docker.io/istio/proxyv2:1.31.0;
                       stand-in: of one that is built here
  --full               all that npm test leaves out: the fast form on the other releases, and the full form,
                       with Kubernetes' API server and istiod

What is not there yet is brought first, which takes minutes and is said. In CI the page is left as it is.
Exit codes: 0 all passed, 1 a test failed or a part is missing, 2 wrong usage.`;

printHelpIfAsked(HELP);
const runs = selected();
const folder = mkdtempSync(join(tmpdir(), 'meshspan-istio-report-'));
try {
  const tools = [...new Set(runs.flatMap((run) => run.tools))];
  spawnSync(process.execPath, [join(ROOT, 'test/tools/main.ts'), ...tools], { cwd: ROOT, stdio: 'inherit' });
  // All of them, also after one has failed.
  const passed = [];
  for (const run of runs) passed.push(await test(run));
  if (!passed.every(Boolean)) process.exitCode = 1;
} catch (error) {
  // No image, or no Docker: it says what to do.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Ends the process with 2 where the command line is wrong: nothing has begun yet. */
function selected(): readonly Run[] {
  try {
    return readCommandLine('npm run test:istio', USAGE, () => {
      const { values } = parseArgs({
        options: {
          full: { type: 'boolean' },
          release: { type: 'string' },
          'proxy-image': { type: 'string' },
        },
      });
      const { full: isFull, release: wanted, 'proxy-image': image } = values;
      if (isFull) {
        if (wanted !== undefined || image !== undefined) throw new TypeError('--full with another option');
        return [...OLDER.map(fast), full(NEWEST)];
      }
      const release = RELEASES.find(({ istio }) => istio === (wanted ?? NEWEST.istio));
      if (release === undefined) {
        throw new TypeError(
          `--release ${wanted}: there are ${RELEASES.map(({ istio }) => istio).join(', ')}`,
        );
      }
      return [image === undefined ? fast(release) : inImage(release, image)];
    });
  } catch (error) {
    endWith(error, new AbortController().signal);
    process.exit();
  }
}

function fast(release: Release): Run {
  const project = release === NEWEST ? 'istio' : `istio-${release.istio}`;
  return { form: 'fast', release, project, tools: release.tools.map(({ name }) => name) };
}

function inImage(release: Release, image: string): Run {
  return { ...fast(release), form: 'image', image };
}

function full(release: Release): Run {
  const { tools } = fast(release);
  return {
    ...{ form: 'full', release, project: 'istio-full' },
    tools: ['etcd', ...tools, 'istioctl', 'pilot-discovery', 'kube-apiserver', 'kubectl'],
  };
}

/** Whether all of its tests passed. */
async function test(run: Run): Promise<boolean> {
  const file = join(folder, `${run.project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const image = run.image && (await haveImage(run.image, run.release));
  const started = performance.now();
  const { status } = spawnSync(
    join(ROOT, 'node_modules/.bin/vitest'),
    ['run', '--project', run.project, ...reporters],
    {
      ...{ cwd: ROOT, stdio: 'inherit' },
      env: { ...process.env, ...(image === undefined ? {} : { MESHSPAN_ISTIO_PROXY_IMAGE: image }) },
    },
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  const passed = status === 0;
  if (existsSync(file) && process.env.CI !== 'true') {
    write(run, JSON.parse(readFileSync(file, 'utf8')) as Report, passed, seconds);
  }
  return passed;
}

/** Puts the line of this form and release into the page; the others stay. */
function write({ form, release, image }: Run, report: Report, passed: boolean, seconds: number): void {
  const { numPassedTests, numFailedTests, numPendingTests } = report;
  // A mesh that does not start fails no test: vitest calls its tests skipped.
  const failed = passed ? 0 : Math.max(1, numFailedTests);
  const result = `${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`;
  const { code, envoy, istio } = release;
  const proxy = image === undefined ? envoy : image === 'stand-in' ? `${envoy}, in an ${OWN}` : image;
  const what = [form, code, proxy, process.version, `Linux ${kernel()}, ${process.arch}`];
  const row = `| ${[...what, new Date().toISOString().slice(0, 10), result, `${seconds} s`].join(' | ')} |`;
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const others = page
    .split('\n')
    // `1.29` begins the code's version: 1.29.1.
    .filter((line) => /^\| (?:fast|full|image) \|/.test(line) && !line.startsWith(`| ${form} | ${istio}`));
  writeFileSync(PAGE, pageOf([...others, row].sort()));
}

function pageOf(rows: readonly string[]): string {
  const ofIstio = rows.some((row) => row.startsWith('| image |') && !row.includes(OWN));
  return `# Compatibility

What was really run, and when. Written by \`npm run test:istio\` (the fast form; \`-- --release ${OLDER.map(({ istio }) => istio).join(', ')}\` on the older line; \`-- --proxy-image\` with its proxies in containers) and \`npm run test:istio -- --full\`, never by hand; docs/testing.md says what the forms are.

| form | Istio's code | Envoy | Node | machine | date | tests | took |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

\`npm test\` runs the filter and the SDK on upstream's Envoy ${ENVOY_VERSIONS.join(', ')} (and ${ENVOY_VERSIONS_BY_HEADER.join(', ')} by private headers), the SDK on Node 22, 24 and 26, what \`meshspan generate\` writes for Envoy on 1.36 to 1.40, and what it writes for Istio on proxies that say they are 1.28 to 1.31. Istio's own proxy image was ${ofIstio ? 'run where a row names it; in all else' : 'never run:'} upstream's Envoy stands for it, which has not Istio's C++ filters (statistics, ALPN, metadata exchange).
`;
}
