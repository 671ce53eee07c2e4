import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** The page as one document, and the Content-Security-Policy under which it is sent. */
export interface PageDocument {
  readonly html: string;
  readonly policy: string;
}

const FOLDER = new URL('./page/', import.meta.url);

/** Reads page/index.html and puts the style sheet and scripts that it links to into it. */
export async function readDocument(): Promise<PageDocument> {
  const hashes: Record<'style' | 'script', string[]> = { style: [], script: [] };
  const inline = async (html: string, link: RegExp, kind: 'style' | 'script', open: string) => {
    let document = html;
    for (const [tag, file] of html.matchAll(link)) {
      const source = await readFile(new URL(file ?? '', FOLDER), 'utf8');
      hashes[kind].push(`'sha256-${createHash('sha256').update(source).digest('base64')}'`);
      // A function, since a `$` in a replacement text has a meaning.
      document = document.replace(tag, () => `${open}${source}</${kind}>`);
    }
    return document;
  };
  const source = await readFile(new URL('index.html', FOLDER), 'utf8');
  const styled = await inline(
    source,
    /<link rel="stylesheet" href="([\w-]+\.css)" ?\/?>/g,
    'style',
    '<style>',
  );
  const html = await inline(
    styled,
    /<script type="module" src="([\w-]+\.js)"><\/script>/g,
    'script',
    '<script type="module">',
  );
  return { html, policy: makePolicy(hashes) };
}

/**
 * Only our own style and scripts run, by their hashes, and only our own address is asked. Trusted Types make the
 * browser itself refuse to parse a span's value as HTML, should a later change try to.
 */
function makePolicy({ style, script }: Record<'style' | 'script', readonly string[]>): string {
  return [
    "default-src 'none'",
    `style-src ${style.join(' ')}`,
    `script-src ${script.join(' ')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
