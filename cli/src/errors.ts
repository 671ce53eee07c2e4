/**
 * Every error that the command can end with, in one table: the code a script can rely on, and what it means.
 * A code is never renamed or given a second meaning; one that is no longer thrown stays here, marked as such.
 */
export const ERROR_CODES = {
  MESHSPAN_ERR_PORT_TAKEN: 'The port to listen on is in use by another process, or this one may not open it',
  MESHSPAN_ERR_TRACE_TIMEOUT: 'The awaited trace did not arrive in time, or not with the spans awaited',
  MESHSPAN_ERR_OPTION_INVALID:
    'A command-line option or environment variable has a value that cannot be used',
  MESHSPAN_ERR_ENVOY_NOT_FOUND: 'No Envoy: no ENVOY_BIN, none on PATH, and none could be fetched',
  MESHSPAN_ERR_ENVOY_FAILED:
    'Envoy did not start, refused its configuration, or ended before it was asked to',
  MESHSPAN_ERR_SERVICE_FAILED: 'A service of the demo did not start, or ended before it was asked to',
  MESHSPAN_ERR_FILTER_MISSING: 'The built filter (a .wasm file) is not where it should be',
  MESHSPAN_ERR_FILE_UNREADABLE: 'A file that the command needs cannot be read',
  MESHSPAN_ERR_FILE_UNWRITABLE: 'A file that the command makes cannot be written',
  MESHSPAN_ERR_CONFIG_INVALID: 'meshspan.yaml has mistakes',
  MESHSPAN_ERR_UNSUPPORTED: 'What is asked for is not possible with the chosen version or target',
  MESHSPAN_ERR_STALE: 'Generated files are not what would be generated now',
  MESHSPAN_ERR_FILTER_INVALID: 'The file is no Wasm module, or one of another ABI than proxy-wasm 0.2.1',
  MESHSPAN_ERR_REGISTRY_FAILED: 'The registry did not answer, or refused what was sent to it',
  MESHSPAN_ERR_COMMAND_FAILED: 'A program that meshspan runs is missing or ended with an error',
} as const;

/** A code of the table. */
export type MeshspanErrorCode = keyof typeof ERROR_CODES;

/** The four things a reader needs; each a short phrase without a full stop. */
export interface ErrorParts {
  /** What should have been: "port 9901 to be free". */
  readonly expected: string;
  /** What was found instead, values included: "another process listens on it". */
  readonly got: string;
  /** File and path, address or option: "127.0.0.1:9901", "meshspan.yaml: attributes[2].from". */
  readonly where: string;
  /** What to do about it, as an instruction: "stop that process, or pass --port". */
  readonly mend: string;
  /** The error underneath, if there is one. */
  readonly cause?: unknown;
}

// A registered symbol: two copies of the package still know each other's errors, which `instanceof` does not.
const BRAND = Symbol.for('meshspan.error');

/** An error a user can act on. `message` is one line per part; `code` is stable; the stack is for bugs only. */
export class MeshspanError extends Error {
  override readonly name: string = 'MeshspanError';
  readonly code: MeshspanErrorCode;
  readonly expected: string;
  readonly got: string;
  readonly where: string;
  readonly mend: string;

  constructor(code: MeshspanErrorCode, { expected, got, where, mend, cause }: ErrorParts) {
    const message = [
      `${ERROR_CODES[code]} [${code}]`,
      `  expected: ${expected}`,
      `  got:      ${got}`,
      `  where:    ${where}`,
      `  mend:     ${mend}`,
    ].join('\n');
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.expected = expected;
    this.got = got;
    this.where = where;
    this.mend = mend;
  }
}

Object.defineProperty(MeshspanError.prototype, BRAND, { value: true });

/** Whether `error` is a MeshspanError, also one of another copy of this package. */
export function isMeshspanError(error: unknown): error is MeshspanError {
  return typeof error === 'object' && error !== null && BRAND in error;
}
