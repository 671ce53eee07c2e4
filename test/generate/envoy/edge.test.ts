/** A generated Envoy at the edge: what a stranger sends decides nothing. */
import { ENVOY_RELEASES } from '@meshspan/cli/config/versions.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get } from '../../e2e/client.ts';
import { type GeneratedProxy, startGenerated } from './proxy.ts';

const MESH = `
attributes:
  - { key: user.id, from: [{ header: x-user-id }], default: anonymous, to: { header: x-user-id } }
trust: { identity: edge }
sampling: { percent: 0 }
`;

// The 15th character of such an id is the decision to sample: "a" is a forced one (Envoy's uuid extension).
const FORCED = 'a39bcf92-5ce9-aef8-8119-ce3c795bdb10';

describe.each(ENVOY_RELEASES)('Envoy %s', (release) => {
  let edge: GeneratedProxy;
  beforeAll(async () => {
    edge = await startGenerated(MESH, release);
  });
  afterAll(() => edge.stop());

  it("takes neither a stranger's identity, nor his decision to sample, nor his name for a span", async () => {
    const sent = {
      'x-user-id': 'root',
      'x-request-id': FORCED,
      'x-envoy-decorator-operation': 'forged',
      'x-envoy-force-trace': '1',
    };
    const { status, upstream } = await edge.send('/users', sent, { trace: false });
    expect(status).toBe(200);
    expect(upstream['x-user-id']).toEqual(['anonymous']);
    expect(upstream['x-request-id']).not.toEqual([FORCED]);
    expect(upstream['x-envoy-decorator-operation']).toBeUndefined();
    // Sampled is what the last part of traceparent says (W3C Trace Context, 3.2.2.5).
    expect(upstream.traceparent).toEqual([expect.stringMatching(/-00$/)]);
  });

  it('refuses a header that some services read as that of an identity', async () => {
    const { status } = await get(edge.envoy.url('edge'), { x_user_id: 'root' });
    expect(status).toBe(400);
  });
});
