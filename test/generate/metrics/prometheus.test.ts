import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { startGuarded } from '@meshspan/cli/process/guarded.ts';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithTools } from '../../tools/describe.ts';
import { prometheus } from '../../tools/tools.ts';
import { generated } from './meshes.ts';
import { startPlain } from './proxies.ts';

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

await describeWithTools('a real Prometheus on a real Envoy', [prometheus], () => {
  it('reads the proxy by the generated configuration, and records rates by tenant', async () => {
    const envoy = await startPlain('1.40.0');
    onTestFinished(() => envoy.stop());
    const url = await start(await generated('metrics', meshFor(new URL(envoy.admin).host)));

    // A rate needs a counter that has grown between two reads; so requests go on until it is there.
    const traffic = setInterval(() => {
      void envoy.request('acme', 200).catch(() => {});
      void envoy.request('globex', 503).catch(() => {});
    }, 100);
    onTestFinished(() => clearInterval(traffic));

    await expect
      .poll(() => values(url, 'tenant_id:meshspan_errors:ratio_rate5m > 0', 'tenant_id'), POLL)
      .toEqual(['globex']);
    expect(await values(url, 'tenant_id:meshspan_requests:rate5m > 0', 'tenant_id')).toEqual([
      'acme',
      'globex',
    ]);

    // Groups are evaluated one after the other, spread over the interval.
    const mixed = 'listener:envoy_http_downstream_rq_5xx:ratio_rate5m > 0 < 1';
    await expect.poll(() => values(url, mixed, 'envoy_http_conn_manager_prefix'), POLL).toEqual(['edge']);
    await expect
      .poll(() => values(url, 'listener:envoy_http_downstream_rq_time:p99_rate5m >= 0', 'job'), POLL)
      .toEqual(['envoy']);
    await expect
      .poll(() => values(url, 'proxy:meshspan_requests:rate5m > 0', 'job'), POLL)
      .toEqual(['envoy']);
    // Nothing listens where the spans go; the alert is pending, as it has to last.
    await expect
      .poll(() => values(url, 'ALERTS{alertstate="pending"}', 'alertname'), POLL)
      .toEqual([
        'MeshspanCollectorUnreachable',
        'MeshspanCountedErrorsHighByAttribute',
        'MeshspanListenerErrorRateHigh',
      ]);
    expect(await values(url, 'meshspan_build_info', 'version')).toEqual(['0.1.0']);
  });
});

const POLL = { timeout: 90_000, interval: 500 };

function meshFor(admin: string): ReturnType<typeof toMesh> {
  return toMesh(
    parseSource(
      `
envoy: [{ admin: "${admin}" }]
attributes: [{ key: tenant.id, from: [{ header: x-tenant-id }], to: { metric: true } }]
metrics: { scrapeInterval: 1s }
`,
      'meshspan.yaml',
    ),
  );
}

/** Base URL of a Prometheus that runs on `scrape-envoy.yaml`, on a port of its own choice. */
async function start(folder: string): Promise<string> {
  const config = join(folder, 'scrape-envoy.yaml');
  // Prometheus wants a file for its web server to tell the port that the system gave it.
  const web = join(folder, 'web.yaml');
  await writeFile(web, '');
  const program = await startGuarded(
    await prometheus.path(),
    [
      ...[`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`],
      ...['--web.listen-address=127.0.0.1:0', `--web.config.file=${web}`],
    ],
    { name: 'prometheus', code: 'MESHSPAN_ERR_COMMAND_FAILED' },
  );
  onTestFinished(() => program.stop());
  const [, address] = await program.waitForLine(/Listening on"? address=(\S+)/);
  return `http://${address}`;
}

async function query(url: string, expression: string): Promise<readonly Sample[]> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { data } = (await answer.json()) as { data?: { result: readonly Sample[] } };
  return data?.result ?? [];
}

/** Values of a label in what a query finds, sorted. */
async function values(
  url: string,
  expression: string,
  label: string,
): Promise<readonly (string | undefined)[]> {
  return (await query(url, expression)).map(({ metric }) => metric[label]).sort();
}
