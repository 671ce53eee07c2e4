// Set-up that a fresh clone needs before anything else can run. Plain JavaScript, because it is the one
// file that runs on whatever Node the machine has; all others run on the Node that package.json pins.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.meshspan-lock`;
const hash = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  process.stderr.write('meshspan: installing npm packages (about 650 MB, Node 24 among them) …\n');
  const started = Date.now();
  // `--engine-strict=false`: the packages run on the pinned Node, not on the one that npm itself runs on.
  const npm = spawnSync(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'],
    // npm's summary goes to stderr: stdout belongs to `--json`.
    { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
  );
  if (npm.status !== 0) {
    process.stderr.write(
      `meshspan: MESHSPAN_ERR_INSTALL: expected \`npm ci\` to end with 0, got ${npm.error?.message ?? npm.status}. ` +
        'Its own message stands above; mend that (registry, proxy, disk space) and run the command again.\n',
    );
    process.exit(1);
  }
  writeFileSync(stamp, hash);
  process.stderr.write(`meshspan: installed in ${Math.round((Date.now() - started) / 1000)} s\n`);
}
