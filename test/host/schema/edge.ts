import { attribute } from './known.ts';

/** What it is about, the document (text is taken as it is), and whether it is right. */
export type Edge = readonly [what: string, document: unknown, valid: boolean];

/** No type but the one that a field takes. */
export const NOT_TEXTS = [null, true, 1, ['a'], { a: 'a' }] as const;
export const NOT_NUMBERS = [null, true, '9', [9], { a: 9 }] as const;

/** Documents that each hold one value, right or wrong. */
export function edges(
  what: string,
  right: readonly unknown[],
  wrong: readonly unknown[],
  documentOf: (value: unknown) => unknown,
): Edge[] {
  const edge = (value: unknown, valid: boolean): Edge => [
    `${what} ${shown(value)}`,
    documentOf(value),
    valid,
  ];
  return [...right.map((value) => edge(value, true)), ...wrong.map((value) => edge(value, false))];
}

/** A field of an attribute with values that are right and values that are not. */
export function field(name: string, right: readonly unknown[], wrong: readonly unknown[]): Edge[] {
  return edges(`${name}:`, right, wrong, (value) => attribute({ [name]: value }));
}

/** Sources that are right, and such as are not. */
export function source(right: readonly unknown[], wrong: readonly unknown[]): Edge[] {
  return edges('source', right, wrong, (value) => attribute({ from: [value] }));
}

export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 60)}… (${json.length})` : json;
}
