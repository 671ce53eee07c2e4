import type { RunningEnvoy } from '@meshspan/cli/envoy/envoy.ts';
import { MeshspanError } from '@meshspan/cli/errors.ts';
import type { Sink } from '../sink.ts';
import { type Chain, proofHeader, proofListener } from './listener.ts';
import { USUAL } from './request.ts';

/**
 * Shows that each chain does what it is measured for: a filter that failed to load, or that sets nothing,
 * would be the fastest. Throws MESHSPAN_ERR_ENVOY_FAILED with the value that is missing.
 */
export async function prove(envoy: RunningEnvoy, chains: readonly Chain[], sink: Sink): Promise<void> {
  for (const chain of chains) {
    if (chain.proof.length > 0) await proveValues(envoy, chain);
    if ((chain.tags?.length ?? 0) > 0) await proveTags(envoy, chain, sink);
  }
}

/** The chain's other listener answers with the values that were set. */
async function proveValues(envoy: RunningEnvoy, chain: Chain): Promise<void> {
  const answer = await fetch(`${envoy.url(proofListener(chain))}${chain.proofPath ?? '/'}`, {
    headers: USUAL,
  });
  for (const [index, proof] of chain.proof.entries()) {
    const isShown = 'format' in proof;
    const got = answer.headers.get(isShown ? proofHeader(index) : proof.header);
    const what = isShown ? proof.format : proof.header;
    if (got !== proof.value) throw failure(chain, `${what} to be ${proof.value}`, `${answer.status}, ${got}`);
  }
}

/** A user that nobody else has arrives on a span. */
async function proveTags(envoy: RunningEnvoy, chain: Chain, sink: Sink): Promise<void> {
  const user = `user-of-${chain.name}`;
  const arrived = sink.waitFor(user);
  await Promise.all([
    fetch(envoy.url(chain.name), { headers: { ...USUAL, 'x-user-id': user } }),
    arrived,
  ]).catch((error: unknown) => {
    throw failure(chain, `a span with ${user}`, error instanceof Error ? error.message : String(error));
  });
}

function failure({ name }: Chain, expected: string, got: string): MeshspanError {
  return new MeshspanError('MESHSPAN_ERR_ENVOY_FAILED', {
    expected,
    got,
    where: `the variant ${name}`,
    mend: 'mend the variant: what it costs is of no use as long as it does nothing',
  });
}
