/**
 * The one table of what can go wrong at set-up: code, and what was expected. docs/errors.md documents each
 * code under an anchor of the same name, and a test holds the two together. Codes are never reused.
 */
const EXPECTED = {
  MESHSPAN_ERR_OPTIONS: 'an object holding only options that meshspan knows',
  MESHSPAN_ERR_PROPAGATION: "a non-empty list out of 'w3c', 'b3' and 'b3multi', each at most once",
  MESHSPAN_ERR_MODE: "'auto', 'forward' or 'child'",
  MESHSPAN_ERR_IDENTITY: 'a list of header names that no trace format, proxy or credential uses',
  MESHSPAN_ERR_PROPAGATE_TO: "a list of host names such as 'api.example.com' or '*.example.com'",
  MESHSPAN_ERR_TRACE_TO: "'all' or 'mesh'",
  MESHSPAN_ERR_PRESET: "'istio'",
  MESHSPAN_ERR_INBOUND:
    "'accept', 'restart', 'ignore', or a function of the request that returns one of them",
  MESHSPAN_ERR_SERVER_TIMING: 'true or false',
  MESHSPAN_ERR_LISTENER: 'a request listener, as createServer() takes it',
  MESHSPAN_ERR_NOT_PROPAGATED: 'every vector to be sent on as its rule says',
  MESHSPAN_ERR_CARRIER: 'a plain object, a Map, Headers, or what has a set(name, value)',
  MESHSPAN_ERR_CONTEXT: 'a context made by extract() or returned by current()',
} as const;

/** The stable codes that a {@link MeshspanError} carries. */
export type ErrorCode = keyof typeof EXPECTED;

/** All codes, for the test that holds this table and its documentation together. */
export const ERROR_CODES: readonly ErrorCode[] = Object.keys(EXPECTED) as ErrorCode[];

const BRAND = Symbol.for('meshspan.error');

/**
 * Thrown at set-up, never while a request is served. `message` says where the fault is, what was expected,
 * what came and how to mend it; `code` is stable and documented in docs/errors.md.
 */
export class MeshspanError extends Error {
  readonly code: ErrorCode;

  /** @param where the path of the option, such as `options.propagation[1]`; `came` is shown, shortened. */
  constructor(code: ErrorCode, where: string, came: unknown, mend: string) {
    super(`${where}: expected ${EXPECTED[code]}, got ${show(came)}. ${mend} [${code}]`);
    this.name = 'MeshspanError';
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** By brand and not by prototype: the ESM and the CJS copy of this package each have a class of their own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** Shortened, because a message must stay readable whatever came. */
function show(value: unknown): string {
  if (typeof value === 'function') return `a function named '${value.name}'`;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // Circular, or a BigInt: its type says enough.
  }
  text ??= typeof value;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
