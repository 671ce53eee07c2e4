/** meshspan.yaml with the place of each of its values: what makes a mistake's line and column. */
import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { MeshspanError } from '../errors.ts';
import type { Mistake } from './mistakes.ts';

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

/** Reads a file. Throws MESHSPAN_ERR_FILE_UNREADABLE. */
export async function readSource(file: string): Promise<Source> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new MeshspanError('MESHSPAN_ERR_FILE_UNREADABLE', {
      ...{ expected: 'a meshspan.yaml', got: String(cause), where: file, cause },
      mend: 'pass its path by -f, or write one by `meshspan init`',
    });
  });
  return parseSource(text, file);
}

/** Parses YAML 1.2, or JSON, which is YAML. */
export function parseSource(text: string, file: string): Source {
  const lines = new LineCounter();
  // Aliases are bounded by the library (maxAliasCount); a key that stands twice is an error of YAML 1.2.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const mistakes = document.errors.map(
    ({ message, pos }): Mistake => ({
      ...{ code: 'MESHSPAN_CONFIG_SYNTAX', file, ...at(pos[0]), path: '$' },
      ...{ expected: 'YAML 1.2', got: message, mend: 'mend the text at this place' },
    }),
  );
  return {
    ...{ file, mistakes },
    value: mistakes.length > 0 ? undefined : (toJson(document) ?? {}),
    position: (path, of = 'value') => at(offsetOf(document, path, of)),
  };
}

function toJson(document: Document): unknown {
  return document.toJS({ maxAliasCount: 100 });
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
