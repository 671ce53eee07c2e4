import { alloysyntax } from './tools.ts';
import { judge } from './verdict.ts';

/** A block of Alloy's configuration language. */
export interface AlloyBlock {
  readonly name: string;
  readonly label?: string;
  /** What a literal stands for; of a reference its text. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly blocks: readonly AlloyBlock[];
}

/** A configuration as the parser has read it. */
export interface AlloyFile {
  readonly blocks: readonly AlloyBlock[];
  /** As `alloy fmt` prints it, but for the last end of line. */
  readonly formatted: string;
}

/**
 * Has Alloy's own parser read a configuration. It knows the language, not the components: those are Alloy's.
 * Rejects with the parser's words.
 */
export async function parseAlloy(file: string): Promise<AlloyFile> {
  return JSON.parse(await judge(await alloysyntax.path(), [file])) as AlloyFile;
}
