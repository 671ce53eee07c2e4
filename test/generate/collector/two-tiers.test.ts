import { expect, it } from 'vitest';
import { describeWithTools } from '../../tools/describe.ts';
import { otelcol } from '../../tools/tools.ts';
import { generated, textOf } from '../generated.ts';
import { startGenerated } from './running.ts';
import { sendOtlp, sendZipkin, traceIdOf } from './spans.ts';

const MESHSPAN = 'collector: { tiers: 2, decisionWait: 2s, keep: { percent: 0 } }';

await describeWithTools('generated collectors in two tiers', [otelcol], () => {
  it('bring the spans of a trace together, whichever collectors of the first tier they came to', async () => {
    const files = generated('collector', MESHSPAN);
    const sampler = (): ReturnType<typeof startGenerated> =>
      startGenerated(textOf(files, 'collector/sampler.yaml'));
    const second = [await sampler(), await sampler()];
    const first = [await balancer(files, second), await balancer(files, second)];
    const [left, right] = first as [
      Awaited<ReturnType<typeof balancer>>,
      Awaited<ReturnType<typeof balancer>>,
    ];

    const traces = Array.from({ length: 20 }, (_, i) => traceIdOf(`trace ${i}`));
    // Only one of its spans makes a trace worth keeping: the others are kept where they are with it.
    await sendOtlp(
      left.http,
      traces.map((traceId) => ({ traceId, service: 'edge' })),
    );
    await sendZipkin(
      right.zipkin,
      traces.map((traceId) => ({ traceId, service: 'orders', isError: true })),
    );
    await sendOtlp(
      right.http,
      traces.map((traceId) => ({ traceId, service: 'stock' })),
    );

    const all = traces
      .flatMap((id) => ['edge', 'orders', 'stock'].map((service) => `${id} ${service}`))
      .toSorted();
    const keptBy = async (): Promise<string[][]> =>
      Promise.all(
        second.map(async (one) => (await one.kept()).map(({ traceId, service }) => `${traceId} ${service}`)),
      );
    await expect.poll(async () => (await keptBy()).flat().toSorted(), { timeout: 60_000 }).toEqual(all);

    const idsBy = (await keptBy()).map((spans) => new Set(spans.map((span) => span.split(' ')[0])));
    const [one = new Set(), other = new Set()] = idsBy;
    expect([...one].filter((id) => other.has(id))).toEqual([]);
    // Twenty ids that all hash to one of two would be no balancing.
    expect(one.size).toBeGreaterThan(0);
    expect(other.size).toBeGreaterThan(0);
  });
});

/** A first tier. There is no headless Service on loopback: a list of addresses takes the place of its name. */
async function balancer(files: ReadonlyMap<string, string>, second: readonly { readonly grpc: number }[]) {
  return startGenerated(textOf(files, 'collector/load-balancer.yaml'), {
    exporters: {
      loadbalancing: {
        resolver: { dns: null, static: { hostnames: second.map(({ grpc }) => `127.0.0.1:${grpc}`) } },
      },
    },
    toFile: [],
  });
}
