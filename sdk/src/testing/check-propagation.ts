import { request } from 'node:http';
import { enter } from '../context.ts';
import { MeshspanError } from '../errors.ts';
import type { Format } from '../formats/trace-context.ts';
import { checkPropagation as checkFormats, checkNames, checkOneOf } from '../option-checks.ts';
import { compare } from './compare.ts';
import type { Downstream } from './downstream.ts';
import { VECTORS, type Vector } from './vectors.ts';

/** What is checked, and how the service is set up. */
export interface PropagationCheck {
  /** An address of the service under test whose handler calls `downstream`, such as `http://127.0.0.1:3000/orders/7`. */
  readonly url: string;
  readonly downstream: Downstream;
  /** As the service has it: in `child` the span id must be the service's own. Default `forward`. */
  readonly mode?: 'forward' | 'child';
  /** As the service has it. Default: the formats that came in. */
  readonly propagation?: readonly Format[];
  /** Requests to try. Default {@link VECTORS}. */
  readonly vectors?: readonly Vector[];
}

/** One thing that is not as it should be. */
export interface Finding {
  /** The vector's name and where its rule is written. */
  readonly vector: string;
  readonly rule: string;
  readonly expected: string;
  readonly got: string;
}

const KNOWN = ['url', 'downstream', 'mode', 'propagation', 'vectors'];

/**
 * Sends each vector to your service and looks at every call that it makes downstream for it. One vector after the
 * other, so let nothing else call that downstream meanwhile.
 *
 * @returns what is not as it should be; nothing where all is well.
 * @throws MeshspanError for an option that is not known, or not what it may be.
 */
export async function checkPropagation(check: PropagationCheck): Promise<readonly Finding[]> {
  checkNames(check, KNOWN, KNOWN);
  const { url, downstream, mode = 'forward', propagation, vectors = VECTORS } = check;
  checkOneOf('MESHSPAN_ERR_MODE', 'mode', mode, ['forward', 'child']);
  if (propagation !== undefined) checkFormats(propagation);
  const findings: Finding[] = [];
  for (const { name, rule, ...vector } of vectors) {
    const found = (expected: string, got: string): void => {
      findings.push({ vector: name, rule, expected, got });
    };
    downstream.take();
    const status = await send(url, vector.headers);
    const received = downstream.take();
    if (received.length === 0) found('a call to the downstream', `none; the service answered ${status}`);
    for (const one of received) compare({ name, rule, ...vector }, one, check, found);
  }
  return findings;
}

/**
 * The same as {@link checkPropagation}, for a test.
 *
 * @throws MeshspanError MESHSPAN_ERR_NOT_PROPAGATED that lists every finding.
 * @example
 * const downstream = await startDownstream();
 * const service = await startMyService({ inventoryUrl: downstream.url });
 * await assertPropagates({ url: `${service.url}/orders/7`, downstream });
 */
export async function assertPropagates(check: PropagationCheck): Promise<void> {
  const findings = await checkPropagation(check);
  if (findings.length === 0) return;
  const lines = findings.map(
    ({ vector, rule, expected, got }) => `\n- ${vector}: expected ${expected}, got ${got} (${rule})`,
  );
  const mend = `Is the middleware in front of all else?${lines.join('')}\n`;
  throw new MeshspanError('MESHSPAN_ERR_NOT_PROPAGATED', check.url, `${findings.length} findings`, mend);
}

/** Outside of any context: a test that itself serves a request must not add to the vector's headers. */
function send(url: string, headers: Vector['headers']): Promise<number | undefined> {
  return enter(
    undefined,
    () =>
      new Promise((resolve, reject) => {
        const copied = Object.entries(headers).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : [...value],
        ]);
        request(url, { headers: Object.fromEntries(copied), agent: false }, (response) => {
          response.resume().once('end', () => resolve(response.statusCode));
          response.once('error', reject);
        })
          .once('error', reject)
          .end();
      }),
  );
}
