import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startGuarded } from '@meshspan/cli/process/guarded.ts';
import { expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { describeWithTools } from '../../tools/describe.ts';
import { fixtureFolder } from '../../tools/fixture.ts';
import { promtail } from '../../tools/tools.ts';
import { judge } from '../../tools/verdict.ts';
import { generated, textOf } from '../generated.ts';
import { ATTRIBUTES, loggedLine } from './access-log.ts';
import { type Entry, startLoki } from './loki.ts';

const MESHSPAN = stringify({ attributes: ATTRIBUTES });
const POD = { namespace: 'shop', name: 'orders-7d9f-x', uid: '0a1b-2c3d' } as const;
const OWN_MESSAGE = '2026-01-01T00:00:00.000000Z\tinfo\tcache\tgenerated new workload certificate';

/** The fields of the generated file that a test replaces. */
interface Configuration {
  clients: readonly { url: string }[];
  positions: { filename: string };
  server: object;
  scrape_configs: readonly {
    kubernetes_sd_configs?: readonly object[];
    static_configs?: readonly object[];
    relabel_configs: readonly { replacement?: string }[];
  }[];
}

await describeWithTools('Promtail with the generated configuration', [promtail], () => {
  it('takes it', async () => {
    const file = join(await fixtureFolder(), 'promtail.yaml');
    await writeFile(file, textOf(generated('logs', MESHSPAN), 'logs/promtail.yaml'));
    await judge(await promtail.path(), ['-check-syntax', '-config.file', file]);
  });

  // 1.40 leaves out what has no value, 1.39 writes null.
  it.each(['1.39', '1.40'])(
    'ships a line of Envoy %s with its trace, and no user among the labels',
    async (release) => {
      const { traceId, parentId, line } = await loggedLine(release);
      const [access, own] = await shipped([line, OWN_MESSAGE]);

      expect(access?.line).toBe(line);
      const labels = '{container="istio-proxy", log="access", namespace="shop", service="orders"}';
      expect(access?.labels).toBe(labels);
      const { span_id, start_time } = JSON.parse(line) as Record<string, string>;
      expect(access?.metadata).toEqual({
        ...{ trace_id: traceId, span_id, parent_id: parentId, pod: POD.name },
        ...{ user_id: 'u-1', tenant_id: 'acme', cluster: 'eu-1', plan_name: 'gold', plan_name_2: 'silver' },
      });
      expect(access?.time).toBe(BigInt(Date.parse(start_time as string)) * 1_000_000n);

      expect(own?.line).toBe(OWN_MESSAGE);
      expect(own?.labels).toBe('{container="istio-proxy", namespace="shop", service="orders"}');
      expect(own?.metadata).toEqual({ pod: POD.name });
    },
  );
});

/** What Promtail pushes of these lines of a proxy's container, in their order. */
async function shipped(lines: readonly string[]): Promise<readonly Entry[]> {
  const loki = await startLoki();
  const folder = await fixtureFolder();
  const logs = join(folder, `${POD.namespace}_${POD.name}_${POD.uid}`, 'istio-proxy');
  await mkdir(logs, { recursive: true });
  // The format of the container runtime interface: time, stream, F for a whole line.
  const text = lines.map((line) => `2026-01-01T00:00:00.5Z stdout F ${line}\n`).join('');
  await writeFile(join(logs, '0.log'), text);
  const file = join(folder, 'promtail.yaml');
  await writeFile(file, stringify(onLoopback(folder, loki.port)));
  const running = await startGuarded(await promtail.path(), ['-config.file', file], {
    name: 'promtail',
    code: 'MESHSPAN_ERR_COMMAND_FAILED',
  });
  onTestFinished(() => running.stop());
  await expect.poll(() => loki.entries.length, { timeout: 60_000 }).toBe(lines.length);
  return lines.map((line) => loki.entries.find((entry) => entry.line === line) as Entry);
}

/** The generated file with one pod in place of discovery by the API, and addresses of this machine. */
function onLoopback(folder: string, port: number): Configuration {
  const configuration = parse(textOf(generated('logs', MESHSPAN), 'logs/promtail.yaml')) as Configuration;
  const [scrape] = configuration.scrape_configs;
  if (scrape === undefined) throw new Error('no scrape_configs');
  const pod = {
    __meta_kubernetes_namespace: POD.namespace,
    __meta_kubernetes_pod_name: POD.name,
    __meta_kubernetes_pod_uid: POD.uid,
    __meta_kubernetes_pod_label_app: 'orders',
  };
  const container = (name: string): object => ({
    targets: ['localhost'],
    labels: { ...pod, __meta_kubernetes_pod_container_name: name },
  });
  const { kubernetes_sd_configs: _, ...rest } = scrape;
  return {
    ...configuration,
    server: { disable: true },
    clients: [{ url: `http://127.0.0.1:${port}/loki/api/v1/push` }],
    positions: { filename: join(folder, 'positions.yaml') },
    scrape_configs: [
      {
        ...rest,
        static_configs: [container('istio-proxy'), container('app')],
        relabel_configs: rest.relabel_configs.map((rule) => ({
          ...rule,
          ...(rule.replacement === undefined
            ? {}
            : { replacement: rule.replacement.replace('/var/log/pods', folder) }),
        })),
      },
    ],
  };
}
