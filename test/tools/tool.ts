/** A program that tests run and that is not of this project. */
export interface Tool {
  readonly name: string;
  /** What it takes to have it, for people: time on two cores, size on disk. */
  readonly cost: string;
  /**
   * Resolves with the path of the program. Brings it where it is not there, which may take minutes.
   * Rejects with MESHSPAN_ERR_COMMAND_FAILED where it cannot.
   */
  path(progress?: (text: string) => void): Promise<string>;
  /** Why a test cannot have it at once; undefined when it can. Never brings it. */
  whyMissing(): Promise<string | undefined>;
}
