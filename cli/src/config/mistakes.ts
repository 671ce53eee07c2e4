/** What can be wrong with a meshspan.yaml, in one list, and how one mistake is told. */

/**
 * The codes, and what each means. Those that the filter has too mean the same there (docs/errors.md). A code
 * never gets a second meaning; one that is no longer given stays here, marked as such.
 */
export const MISTAKE_CODES = {
  MESHSPAN_CONFIG_SYNTAX: 'The text is not YAML',
  MESHSPAN_CONFIG_TYPE: 'A field has another type than it should',
  MESHSPAN_CONFIG_VALUE: 'A field has a value that is not allowed',
  MESHSPAN_CONFIG_MISSING: 'A field is missing',
  MESHSPAN_CONFIG_UNKNOWN: 'A field has a name that meshspan does not know',
  MESHSPAN_CONFIG_DUPLICATE: 'Two things have the same name',
  MESHSPAN_CONFIG_UNREACHABLE: 'A source can never be read, as one before it always has a value',
  MESHSPAN_CONFIG_RESERVED:
    'An attribute has a name that Envoy, Istio or OpenTelemetry sets on the same span',
  MESHSPAN_CONFIG_PHASE: 'A source is read before it is there',
  MESHSPAN_CONFIG_TARGET: 'A proxy is chosen in a way in which Istio does not find it',
  MESHSPAN_CONFIG_CONFLICT: 'Two fields do not go together',
  MESHSPAN_CONFIG_REFERENCE: 'A field names something that is not in this file',
  MESHSPAN_CONFIG_VERSION: 'A field needs a newer Istio or Envoy than the one chosen',
} as const;

export type MistakeCode = keyof typeof MISTAKE_CODES;

/** One mistake, with its place. The texts are short phrases without a full stop. */
export interface Mistake {
  readonly code: MistakeCode;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** JSON path of the value: `$.attributes[0].key`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** What to do about it. */
  readonly mend: string;
}

/** `file:line:column: code`, which editors and terminals make a link of, and the parts below it. */
export function mistakeText({ code, file, line, column, path, expected, got, mend }: Mistake): string {
  return [
    `${file}:${line}:${column}: ${MISTAKE_CODES[code]} [${code}]`,
    `  at:       ${path}`,
    `  expected: ${expected}`,
    `  got:      ${got}`,
    `  mend:     ${mend}`,
  ].join('\n');
}

/** A path in the notation of the filter's own messages. */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return /^[A-Za-z_][\w-]*$/.test(part) ? `${text}.${part}` : `${text}[${JSON.stringify(part)}]`;
  }, '$');
}
