/**
 * What came of one client's calls. `covered`: each carried its own caller's headers. `not covered`: none were
 * carried. `wrong context`: a call carried another's, which is a defect of meshspan. `not installed`: the package
 * cannot be loaded from here. `failed`: the calls themselves failed.
 */
export type ClientStatus = 'covered' | 'not covered' | 'wrong context' | 'not installed' | 'failed';

/** One line of what selfCheck() tells. */
export interface ClientReport {
  /** Package and way of calling, such as `undici.request`. */
  readonly client: string;
  readonly status: ClientStatus;
  /** Why it is not covered, and what to do about it; empty where it is covered. */
  readonly why: string;
}
