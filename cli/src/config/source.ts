/** meshspan.yaml with the place of each of its values: what makes a mistake's line and column. */
import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { MeshspanError } from '../errors.ts';
import type { Mistake } from './mistakes.ts';
import { tooManyAliases, yamlMistakes } from './yaml-mistakes.ts';

/** A path into the document: `['attributes', 0, 'key']`. */
export type Path = readonly (string | number)[];

/** A text, parsed. */
export interface Source {
  /** Name for messages. */
  readonly file: string;
  /** What YAML says, as JSON has it; undefined when it is no YAML. */
  readonly value: unknown;
  /** Mistakes of the YAML itself. */
  readonly mistakes: readonly Mistake[];
  /** Line and column, from 1, of the value at a path; of the nearest value around it where there is none. */
  position(path: Path, of?: 'key' | 'value'): { readonly line: number; readonly column: number };
}

/** Reads a file in UTF-8, with or without a byte order mark. Throws MESHSPAN_ERR_FILE_UNREADABLE. */
export async function readSource(file: string): Promise<Source> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new MeshspanError('MESHSPAN_ERR_FILE_UNREADABLE', {
      ...{ expected: 'a meshspan.yaml', got: REASONS[cause.code ?? ''] ?? String(cause), where: file, cause },
      mend: 'pass its path by -f, or write one by `meshspan init`',
    });
  });
  return parseSource(textOf(bytes, file), file);
}

const REASONS: Readonly<Record<string, string>> = {
  ...{ ENOENT: 'no such file', EISDIR: 'a folder', EACCES: 'a file that may not be read' },
};

/** Not lenient: characters of another encoding would get into labels and conditions as U+FFFD. */
function textOf(bytes: Uint8Array, file: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // UTF-16 without a mark is UTF-8 with a NUL behind each letter, which YAML has not.
    if (!text.includes('\0')) return text;
  } catch {
    // What follows says it.
  }
  throw new MeshspanError('MESHSPAN_ERR_FILE_UNREADABLE', {
    ...{ expected: 'a text in UTF-8', got: 'another encoding, such as UTF-16 or Latin-1', where: file },
    mend: 'save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8',
  });
}

/** Parses YAML 1.2, or JSON, which is YAML. */
export function parseSource(text: string, file: string): Source {
  const lines = new LineCounter();
  // A key that stands twice is an error of YAML 1.2. `<<` is of YAML 1.1, but editors know it and people use it.
  const document = parseDocument(text, {
    ...{ lineCounter: lines, prettyErrors: false, stringKeys: true, merge: true },
  });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const found = yamlMistakes(document, text);
  const value = found.length > 0 ? undefined : toJson(document);
  if (value === TOO_LARGE) found.push(tooManyAliases(document));
  const mistakes = found.map(
    ({ offset, ...rest }): Mistake => ({
      ...{ code: 'MESHSPAN_CONFIG_SYNTAX', file, ...at(offset), path: '$' },
      ...rest,
    }),
  );
  return {
    ...{ file, mistakes },
    value: mistakes.length > 0 ? undefined : (value ?? {}),
    position: (path, of = 'value') => at(offsetOf(document, path, of)),
  };
}

const TOO_LARGE = Symbol('too large');

/** What the document says, or that its aliases make it too large ("billion laughs"). */
function toJson(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // The library's error for maxAliasCount; aliases of nothing are known by now.
    if (error instanceof ReferenceError) return TOO_LARGE;
    throw error;
  }
}

function offsetOf(document: Document, path: Path, of: 'key' | 'value'): number {
  for (let length = path.length; length >= 0; length--) {
    const parent = length === 0 ? undefined : document.getIn(path.slice(0, length - 1), true);
    if (of === 'key' && length === path.length && isMap(parent)) {
      const pair = parent.items.find(
        (item) => isPair(item) && isScalar(item.key) && item.key.value === path[length - 1],
      );
      if (pair !== undefined && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
