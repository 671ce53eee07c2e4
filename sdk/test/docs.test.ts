import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import config from '../tsdown.config.ts';

const sdk = new URL('../', import.meta.url);
const pages = ['README.md', ...readdirSync(new URL('docs/', sdk)).map((name) => `docs/${name}`)];
const text = pages.map((page) => readFileSync(new URL(page, sdk), 'utf8')).join('\n');

/** Entry to the names that it exports, but for `default`, which is one of them. */
const ENTRIES = Object.entries(config.entry as Record<string, string>).map(([entry, source]) => {
  return [entry === 'index' ? 'meshspan' : `meshspan/${entry}`, source] as const;
});

/** Whether the pages name it, as a word of its own. */
function mentions(name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}

it.each(ENTRIES)('%s is documented, every export of it', async (entry, source) => {
  expect(mentions(entry), entry).toBe(true);
  const exported = Object.keys(await import(new URL(source, sdk).href));
  for (const name of exported.filter((one) => one !== 'default')) {
    expect(mentions(name), name).toBe(true);
  }
});

it('has an entry in package.json for each that is built, and the other way round', () => {
  const exported = Object.keys(packageJson.exports).filter((name) => name !== './package.json');
  const built = ENTRIES.map(([entry]) => entry.replace('meshspan', '.'));
  expect(exported.sort()).toEqual(built.sort());
});

it('is in the package, every page of it', () => {
  const folder = fileURLToPath(sdk);
  const printed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder });
  // npm 12 names each package, npm 11 lists them.
  const [packed] = Object.values(JSON.parse(printed.toString()) as { files: { path: string }[] }[]);
  expect(packed?.files.map(({ path }) => path)).toEqual(expect.arrayContaining(pages));
});

it('links to pages that are there', () => {
  for (const page of pages) {
    const source = readFileSync(new URL(page, sdk), 'utf8');
    for (const [, target = ''] of source.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (/^https?:/.test(target)) continue;
      const address = new URL(target, new URL(page, sdk));
      expect(() => readFileSync(address), `${page}: ${target}`).not.toThrow(/ENOENT/);
    }
  }
});
