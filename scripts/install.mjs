// Set-up that a fresh clone needs before anything else can run. Plain JavaScript, because it is the one
// file that runs on whatever Node the machine has; all others run on the Node that package.json pins.
// `install.mjs runtimes` brings the other releases of Node too, which only the tests need.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

installIn(root, 'npm packages (about 650 MB, Node 24 among them)');
if (process.argv.includes('runtimes')) installIn(`${root}runtimes/`, 'Node 22 and 26 (about 400 MB)');

/** Runs `npm ci` in a folder whose lock has changed since it last did. */
function installIn(folder, what) {
  const stamp = `${folder}node_modules/.meshspan-lock`;
  const hash = createHash('sha256')
    .update(readFileSync(`${folder}package-lock.json`))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;

  process.stderr.write(`meshspan: installing ${what} …\n`);
  const started = Date.now();
  // `--engine-strict=false`: the packages run on the pinned Node, not on the one that npm itself runs on.
  const npm = spawnSync(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'],
    // npm's summary goes to stderr: stdout belongs to `--json`.
    { cwd: folder, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
  );
  if (npm.status !== 0) {
    process.stderr.write(
      `meshspan: MESHSPAN_ERR_INSTALL: expected \`npm ci\` to end with 0, got ${npm.error?.message ?? npm.status}. ` +
        'Its own message stands above; mend that (registry, proxy, disk space) and run the command again.\n',
    );
    process.exit(1);
  }
  // Where npm has nothing for this platform it leaves no folder.
  mkdirSync(`${folder}node_modules`, { recursive: true });
  writeFileSync(stamp, hash);
  process.stderr.write(`meshspan: installed in ${Math.round((Date.now() - started) / 1000)} s\n`);
}
