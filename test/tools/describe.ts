import { describe } from 'vitest';
import type { Tool } from './tool.ts';

/**
 * A suite that needs `tools`. On a machine that has not all of them it is skipped, with the reason in its name;
 * in CI nothing is, so that a green run means that all of it ran.
 */
export async function describeWithTools(
  name: string,
  tools: readonly Tool[],
  suite: () => void,
): Promise<void> {
  const reasons = await Promise.all(tools.map((tool) => tool.whyMissing()));
  const missing = reasons.find((reason) => reason !== undefined);
  const skipped = missing !== undefined && process.env.CI !== 'true';
  describe.skipIf(skipped)(skipped ? `${name} (skipped: ${missing})` : name, suite);
}
