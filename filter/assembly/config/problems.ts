/** What is wrong with a configuration. Every message has a code, a JSON path and a way to mend it. */

/** All codes; each is explained in docs/errors.md. */
export namespace Code {
  /** The host did not hand the configuration over. */
  export const Unreadable: string = 'MESHSPAN_CONFIG_UNREADABLE';
  /** The text is not JSON. */
  export const NotJson: string = 'MESHSPAN_CONFIG_JSON';
  /** A field has another type than it should. */
  export const WrongType: string = 'MESHSPAN_CONFIG_TYPE';
  /** A field holds a value that is not allowed. */
  export const WrongValue: string = 'MESHSPAN_CONFIG_VALUE';
  /** A field is missing. */
  export const Missing: string = 'MESHSPAN_CONFIG_MISSING';
  /** A field has a name that the filter does not know. */
  export const Unknown: string = 'MESHSPAN_CONFIG_UNKNOWN';
}

export class Problem {
  constructor(
    public code: string,
    /** JSON path, `$` at the root. */
    public path: string,
    public expected: string,
    public got: string,
    /** What the filter does in spite of it, and how to mend it. */
    public consequence: string,
  ) {}

  toString(): string {
    return `${this.code} at ${this.path}: expected ${this.expected}, got ${this.got}; ${this.consequence}`;
  }
}
