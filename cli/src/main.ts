#!/usr/bin/env node
/** The command `meshspan`. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 ended by Ctrl-C. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { registerCapabilities } from './commands/capabilities.ts';
import { registerExplain } from './commands/explain.ts';
import { registerGenerate } from './commands/generate.ts';
import { registerInit } from './commands/init.ts';
import { registerPack } from './commands/pack.ts';
import { registerValidate } from './commands/validate.ts';
import { isMeshspanError } from './errors.ts';

const DEFAULT_PORT = 7410;

refuseSwallowedOptions();
// A reader that has enough (`… --diff | head`) closes the pipe: that is no failure.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));

const program = new Command('meshspan')
  .description('Who and where on every span of a service mesh.')
  .version(packageJson.version)
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, 'MESHSPAN_ERR_OPTION_INVALID: ')),
  });

program
  .command('demo')
  .description('Run two Envoys with the filter and two Node services, and show the traces.')
  .option('--once', 'show the traces of three requests, then end')
  .option('--json', 'print them as one JSON object on stdout; implies --once')
  .option('--port <number>', 'port of the page; the edge Envoy gets the one after it', toPort, DEFAULT_PORT)
  .action(async ({ once = false, json = false, port }: { once?: boolean; json?: boolean; port: number }) => {
    const ending = new AbortController();
    // The first signal ends everything in order; a second one ends this process at once, and the guards of
    // its children end them (process/guarded.ts).
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => ending.abort());
    }
    // Signals that end only npm or the shell above: this process gets another parent, and nobody to ask.
    const parent = process.ppid;
    setInterval(() => process.ppid === parent || ending.abort(), 1000).unref();
    // Only here: the demo brings testcontainers and the collector, which take longer to load than the rest to run.
    const { runDemo } = await import('./demo/demo.ts');
    await runDemo({
      once: once || json,
      json,
      port,
      out: process.stdout,
      progress: (text) => process.stderr.write(`· ${text}\n`),
      signal: ending.signal,
    });
    if (ending.signal.aborted) process.exitCode = 130;
  });

registerInit(program);
registerValidate(program);
registerGenerate(program);
registerExplain(program);
registerPack(program);
registerCapabilities(program);

/** `npm run demo --once`, without `--` in between: npm takes the option for its own and says nothing. */
function refuseSwallowedOptions(): void {
  const swallowed = ['once', 'json', 'port'].filter(
    (name) => process.env[`npm_config_${name}`] !== undefined,
  );
  if (swallowed.length === 0 || process.argv.length > 3) return;
  process.stderr.write(
    `error: npm kept --${swallowed.join(' and --')} to itself; write: npm run demo -- --${swallowed[0]}\n`,
  );
  process.exit(2);
}

function toPort(text: string): number {
  const port = Number(text);
  // The edge listens on the port after it.
  if (Number.isInteger(port) && port >= 1 && port <= 65_534) return port;
  throw new InvalidArgumentError('Expected a whole number from 1 to 65534.');
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  // ExitPromptError: Ctrl-C at a question of init.
  else if (error instanceof Error && ['AbortError', 'ExitPromptError'].includes(error.name))
    process.exitCode = 130;
  else {
    process.stderr.write(`${isMeshspanError(error) ? error.message : (error as Error).stack}\n`);
    // As commander's own: a release, a target or an attribute that is not there is wrong usage.
    process.exitCode = isMeshspanError(error) && error.code === 'MESHSPAN_ERR_OPTION_INVALID' ? 2 : 1;
  }
}
