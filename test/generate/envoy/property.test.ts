import { availableParallelism } from 'node:os';
import { mistakesOf } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { document } from './documents.ts';
import { bootstraps, generate } from './generated.ts';
import { verdict } from './validated.ts';

const DOCUMENTS = 2000;
/** Of these each goes to an Envoy of its own. `MESHSPAN_VALIDATED` for more. */
const VALIDATED = Number(process.env.MESHSPAN_VALIDATED ?? 120);
const SEED = process.env.MESHSPAN_SEED;
const seed = SEED === undefined ? {} : { seed: Number(SEED) };

// Variables that the documents take from the proxy's process.
beforeAll(() => {
  for (const name of ['HASH_KEY', 'ZONE', '_x']) vi.stubEnv(name, 'of the proxy');
});
afterAll(() => {
  vi.unstubAllEnvs();
});

/** JSON is YAML. */
const yaml = document.map((value) => JSON.stringify(value));
const valid = yaml.filter((text) => mistakesOf(parseSource(text, 'meshspan.yaml')).length === 0);

it(`${DOCUMENTS} valid documents: each gives a configuration`, { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(valid, (text) => {
      expect(generate(text, '1.40').length).toBeGreaterThan(1);
    }),
    { numRuns: DOCUMENTS, ...seed },
  );
});

it('and most documents are valid, so that what is generated is not the easy rest', () => {
  const texts = fc.sample(yaml, { numRuns: 500, ...seed });
  const ratio = texts.filter((text) => mistakesOf(parseSource(text, 'm')).length === 0).length / texts.length;
  expect(ratio).toBeGreaterThan(0.3);
});

it(`Envoy 1.40 takes ${VALIDATED} of them`, { timeout: 600_000 }, async () => {
  const texts = fc.sample(valid, { numRuns: VALIDATED, ...seed });
  const refused: string[] = [];
  const next = texts.values();
  const work = async (): Promise<void> => {
    for (const text of next) {
      for (const { value } of bootstraps(text, '1.40')) {
        const said = await verdict(value, '1.40');
        if (said !== 'OK') refused.push(`${text}\n${said}`);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  expect(refused).toEqual([]);
});
