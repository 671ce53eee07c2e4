import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import type { Case } from './callers/caller.ts';
import { connections } from './cases/connections.ts';
import { headers } from './cases/headers.ts';
import { http2 } from './cases/http2.ts';
import { leavers } from './cases/leavers.ts';
import { upgrades } from './cases/upgrades.ts';
import { upstreams } from './cases/upstreams.ts';
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
});

/** What may not differ: all but the filter's own attributes. */
function withoutOwn(outcome: Outcome): object {
  return { ...outcome, spans: outcome.spans.map(({ envoy }) => envoy) };
}
