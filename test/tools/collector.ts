import { type GuardedProcess, startGuarded } from '@meshspan/cli/process/guarded.ts';
import { otelcol } from './tools.ts';
import { judge } from './verdict.ts';

/**
 * Has the OpenTelemetry Collector validate a configuration: components, their fields, pipelines. Of several files
 * each is merged over those before it. It opens no port and calls no backend. Resolves when it is valid; rejects with the collector's words otherwise.
 */
export async function validateCollector(
  file: string | readonly string[],
  environment: Environment = {},
): Promise<string> {
  // `env` and not this process's environment: the configuration may name variables.
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return judge('env', [...variables, await otelcol.path(), 'validate', ...configs(file)]);
}

/** Values of the `${env:NAME}` in a configuration. */
export type Environment = Readonly<Record<string, string>>;

/**
 * Runs the collector on a configuration, and resolves once all of its pipelines run. The caller stops it. Its
 * own metrics are the configuration's matter: `service.telemetry.metrics.level: none`, or it listens on 8888.
 */
export async function startCollector(
  file: string | readonly string[],
  env: Environment = {},
): Promise<GuardedProcess> {
  const collector = await startGuarded(await otelcol.path(), configs(file), {
    name: 'otelcol',
    code: 'MESHSPAN_ERR_COMMAND_FAILED',
    env,
  });
  await collector.waitForLine(/Everything is ready/);
  return collector;
}

function configs(file: string | readonly string[]): string[] {
  return [file].flat().flatMap((one) => ['--config', one]);
}
