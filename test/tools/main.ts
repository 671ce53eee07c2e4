/**
 * `npm run tools [-- NAME … | --all]`: brings the programs that tests run and that are not of this project,
 * so that the tests find them. Says of each what it costs before it starts. Exit code 0 when all are there, and
 * also when one cannot be had on this machine, as its tests are skipped then; in CI (`CI=true`) that is 1.
 * 2: no such program.
 */
import { isMeshspanError } from '@meshspan/cli/errors.ts';
import type { Tool } from './tool.ts';
import { TOOLS, TOOLS_ON_REQUEST } from './tools.ts';

const wanted = process.argv.slice(2);
const all = [...TOOLS, ...TOOLS_ON_REQUEST];
const unknown = wanted.filter((name) => name !== '--all' && !all.some((tool) => tool.name === name));
if (unknown.length > 0) {
  const names = all.map(({ name }) => name).join(', ');
  console.error(`MESHSPAN_ERR_OPTION_INVALID: no tool ${unknown.join(', ')}; there are ${names}`);
  process.exit(2);
}

let missing = 0;
for (const tool of selected()) {
  try {
    console.log(`${tool.name}: ${await tool.path((text) => console.log(text))}`);
  } catch (error) {
    missing++;
    console.error(`${tool.name}: ${isMeshspanError(error) ? error.message : String(error)}`);
  }
}
if (missing > 0) {
  const inCi = process.env.CI === 'true';
  console.error(
    `${missing} could not be had: ${inCi ? 'in CI that is a failure' : 'their tests are skipped'}`,
  );
  process.exitCode = inCi ? 1 : 0;
}

function selected(): readonly Tool[] {
  if (wanted.includes('--all')) return all;
  return wanted.length === 0 ? TOOLS : all.filter(({ name }) => wanted.includes(name));
}
