import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import type { Case } from './callers/caller.ts';
import { connections } from './cases/connections.ts';
import { headers } from './cases/headers.ts';
import { http2 } from './cases/http2.ts';
import { leavers } from './cases/leavers.ts';
import { upgrades } from './cases/upgrades.ts';
import { upstreams } from './cases/upstreams.ts';
import { LISTENERS } from './listeners.ts';
import { type Outcome, type Pair, startPair } from './pair.ts';
import { counters } from './statistics.ts';

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'heads of requests': headers,
  'connections of HTTP/1': connections,
  'HTTP/2 and gRPC': http2,
  upgrades,
  'troubles upstream': upstreams,
  'callers that leave': leavers,
};
const ATTRIBUTES = { 'user.id': 'alice', 'tenant.id': 'acme', cluster: 'eu-central' };

describeWithEnvoy('every answer is what it would be without the filter', (launcher) => {
  let pair: Pair;
  /** Counters of Envoy's Wasm engine: VMs, reloads, failures to load. */
  let atStart: Map<string, number>;
  beforeAll(async () => {
    pair = await startPair(await launcher());
    atStart = await counters(pair.envoy.admin, '^wasm[.]');
  });
  afterAll(() => pair.stop());

  describe.each(Object.entries(CASES))('%s', (_name, cases) => {
    it.each(cases)('$what', async (test) => {
      const outcomes = await pair.outcomes(test);
      // The other side is a fair one: it got what the case is about.
      expect(outcomes.without.answers.map(({ status }) => status)).toEqual(test.statuses);
      expect(withoutOwn(outcomes.with)).toEqual(withoutOwn(outcomes.without));

      for (const { meshspan } of outcomes.without.spans) expect(meshspan).toEqual({});
      const cluster = test.unseen === true ? undefined : ATTRIBUTES.cluster;
      for (const { meshspan } of outcomes.with.spans) expect(meshspan.cluster).toBe(cluster);
      // The VM is alive, and is the one that it was.
      expect(outcomes.after.map(({ meshspan }) => meshspan)).toEqual([ATTRIBUTES, ATTRIBUTES]);
      expect(await counters(pair.envoy.admin, '^wasm[.]')).toEqual(atStart);
    });
  });

  it('no failure of the VM was counted, and none told', async () => {
    const known = ['active', 'created', 'wasm_vm_count'];
    const failures = [...atStart].filter(([name]) => !known.includes(name.split('.').at(-1) ?? ''));
    expect(failures.length).toBeGreaterThan(5);
    expect(failures.filter(([, count]) => count !== 0)).toEqual([]);
    expect(pair.envoy.lines().filter((line) => /wasm/i.test(line) && !/\]\[info\]/.test(line))).toEqual([]);
  });

  it.each(Object.keys(LISTENERS))("Envoy's statistics of %s are the same on both sides", async (listener) => {
    const [with_, without] = await Promise.all([
      statistics(pair, `http.${listener}-with.`),
      statistics(pair, `http.${listener}-without.`),
    ]);
    expect(without.downstream_rq_total).toBeGreaterThan(0);
    expect(with_).toEqual(without);
  });
});

/** What may not differ: all but the filter's own attributes. */
function withoutOwn(outcome: Outcome): object {
  return { ...outcome, spans: outcome.spans.map(({ envoy }) => envoy) };
}

/**
 * What changes from run to run: bytes with the digits of a duration, flow control with how the packets fell,
 * and whether an answer of Envoy's own overtakes the end of a request's body.
 */
const UNSTEADY = /_bytes_|flow_control|response_before_rq_complete|rq_rx_reset/;

/** What Envoy counted of a listener: answers, resets, timeouts, upgrades, protocol errors. */
async function statistics(pair: Pair, prefix: string): Promise<Record<string, number>> {
  const all = await counters(pair.envoy.admin, `^${prefix.replaceAll('.', '[.]')}`);
  const steady = [...all].filter(([name]) => !UNSTEADY.test(name));
  return Object.fromEntries(steady.map(([name, value]) => [name.slice(prefix.length), value]));
}
