/** What YAML's library finds wrong, in words for who wrote the file and not for who calls the library. */
import { type Alias, type Document, isNode, visit, type YAMLError } from 'yaml';
import type { Mistake } from './mistakes.ts';

/** A mistake of the YAML: where it begins, in characters of the text, and what to say. */
export interface YamlMistake extends Pick<Mistake, 'expected' | 'got' | 'mend'> {
  readonly offset: number;
}

/** Every mistake of the text; where it is nested too deeply to be read, that alone. */
export function yamlMistakes(document: Document.Parsed, text: string): YamlMistake[] {
  const tooDeep = document.errors.filter(({ code }) => code === 'RESOURCE_EXHAUSTION').slice(0, 1);
  // The library only warns of a tag that nobody knows, and takes the value as a text.
  const tags = document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
  const errors = tooDeep.length > 0 ? tooDeep : [...document.errors, ...tags];
  const found = errors.map((error) => ({
    offset: error.pos[0],
    expected: 'YAML 1.2',
    ...words(error, text),
  }));
  return found.length > 0 ? found : unresolved(document);
}

/** That aliases would make a document too large (maxAliasCount), at the first of them. */
export function tooManyAliases(document: Document): YamlMistake {
  let offset = 0;
  visit(document, {
    Alias: (_, alias) => {
      offset = offsetOf(alias);
      return visit.BREAK;
    },
  });
  const got = 'aliases of aliases, which make it too large';
  return { offset, expected: 'a document of some size', got, mend: 'write out what the aliases stand for' };
}

/** Aliases of nothing: the library tells of them only when it makes a value. */
function unresolved(document: Document): YamlMistake[] {
  const found: YamlMistake[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const expected = 'an alias of an anchor that stands before it';
      const mend = `write &${alias.source} in front of the value that is meant, or put quotes around a text`;
      found.push({ offset: offsetOf(alias), expected, got: `*${alias.source}`, mend });
    },
  });
  return found;
}

function offsetOf(alias: Alias): number {
  return isNode(alias) ? (alias.range?.[0] ?? 0) : 0;
}

const MENDS = [
  [/^Missing closing .*quote/, 'close the quote'],
  [
    /indent|without - indicator/i,
    'indent what belongs together by the same number of blanks, and close brackets',
  ],
] as const;

function words({ code, message, pos }: YAMLError, text: string): { got: string; mend: string } {
  switch (code) {
    case 'DUPLICATE_KEY': {
      const [key = ''] = /^[^\s:]+/.exec(text.slice(pos[0])) ?? [];
      return { got: `${key} for the second time`, mend: 'remove one of them' };
    }
    case 'TAB_AS_INDENT':
      return { got: 'a tab at the beginning of a line', mend: 'put blanks in its place' };
    case 'MULTIPLE_DOCS':
      return { got: 'a second document behind ---', mend: 'make a file of each' };
    case 'TAG_RESOLVE_FAILED':
      return {
        got: message,
        mend: 'remove the tag, or put quotes around a text that begins with an exclamation mark',
      };
    case 'RESOURCE_EXHAUSTION':
      return { got: 'lists or fields that are nested too deeply', mend: 'remove some of them' };
    case 'MULTILINE_IMPLICIT_KEY':
      return { got: message, mend: 'look for a colon without a blank behind it' };
    default:
      return {
        got: message,
        mend: MENDS.find(([of]) => of.test(message))?.[1] ?? 'mend the text at this place',
      };
  }
}
