import { Agent, type IncomingMessage, request } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { current } from '../src/context.ts';
import type { Client } from './clients.ts';
import { FRAMEWORKS, type Handle } from './frameworks.ts';
import { type Arrivals, type Kind, tenant } from './upstream.ts';

export const REQUESTS = 10_000;
export const AT_ONCE = 200;

/** One request of the run: what becomes of its call out, and who gives up half-way. */
interface Plan {
  readonly kind: Kind;
  readonly streams: boolean;
  readonly givesUp: 'nobody' | 'the service' | 'the client';
}

const ANSWERED: Plan = { kind: 'answer', streams: false, givesUp: 'nobody' };
const PLANS: readonly Plan[] = [
  ANSWERED,
  { ...ANSWERED, kind: 'redirect' },
  { ...ANSWERED, kind: 'refuse-once' },
  { ...ANSWERED, streams: true },
  { ...ANSWERED, kind: 'hang', givesUp: 'the service' },
  ANSWERED,
  { ...ANSWERED, kind: 'refuse-once', streams: true },
  { ...ANSWERED, kind: 'hang', givesUp: 'the client' },
];

/** node:http follows no redirects, and a streamed body cannot be sent twice. */
function planOf(index: number, client: Client): Plan {
  const plan = PLANS[index % PLANS.length] as Plan;
  if (client.name === 'node:http' && plan.kind === 'redirect') return ANSWERED;
  return plan;
}

/** A service whose handler calls on by `client`, and looks at its own context all the while. */
function handlerOf(client: Client, upstream: string): Handle {
  return async (query) => {
    const index = Number(query.id);
    const { kind, streams, givesUp } = planOf(index, client);
    const own = tenant(index);
    let strayed = 0;
    const look = () => {
      if (current()?.identity['x-tenant-id'] !== own['x-tenant-id']) strayed++;
    };
    async function* body() {
      for (const piece of ['some ', 'pieces']) {
        await nextTurn();
        look();
        yield piece;
      }
    }
    for (let attempt = 1; ; attempt++) {
      const giveUp = new AbortController();
      if (givesUp !== 'nobody') setTimeout(() => giveUp.abort(), 5);
      let text = '';
      try {
        const url = `${upstream}/${kind}?id=${index}`;
        const options = { signal: giveUp.signal, ...(streams && { body }) };
        for await (const piece of client.call(url, options)) {
          look();
          text += piece;
        }
      } catch (error) {
        look();
        if (kind === 'hang') return { strayed, gaveUp: true };
        if (attempt === 3) throw error;
        continue;
      }
      look();
      return { strayed, upstream: JSON.parse(text) };
    }
  };
}

interface Answer {
  readonly strayed: number;
  readonly gaveUp?: boolean;
  readonly upstream?: Record<string, string>;
}

/** One request to a service; undefined where the client gives up before there is an answer. */
function ask(origin: string, index: number, agent: Agent, givesUp: boolean): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${origin}/?id=${index}`, { agent, headers: tenant(index) });
    outgoing.on('error', (error) => (givesUp ? resolve(undefined) : reject(error)));
    outgoing.on('response', async (response: IncomingMessage) => {
      const text = Buffer.concat(await response.toArray()).toString();
      if (response.statusCode === 200) resolve(JSON.parse(text) as Answer);
      else reject(new Error(`request ${index}: ${response.statusCode} ${text}`));
    });
    outgoing.end();
    if (givesUp) setTimeout(() => outgoing.destroy(), 3);
  });
}

/**
 * 10,000 requests of as many tenants, 200 at once, to services of every framework, whose handlers call on by
 * `client`: over redirects, retries, streaming bodies, services that give up and clients that do. Fails unless
 * each call carried its own tenant's headers, and each handler kept its own context throughout.
 */
export async function isolate(client: Client, upstream: string, arrivals: Arrivals): Promise<void> {
  const handle = handlerOf(client, upstream);
  const services = await Promise.all(FRAMEWORKS.map(([, start]) => start(undefined, handle)));
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  onTestFinished(() => agent.destroy());

  const total = { right: 0, wrong: 0, strayed: 0, gaveUp: 0 };
  let next = 0;
  const driver = async (): Promise<void> => {
    for (let index = next++; index < REQUESTS; index = next++) {
      // Every plan meets every framework.
      const service = services[Math.floor(index / PLANS.length) % services.length] as string;
      const answer = await ask(service, index, agent, planOf(index, client).givesUp === 'the client');
      total.strayed += answer?.strayed ?? 0;
      const got = answer?.upstream;
      if (got === undefined) total.gaveUp++;
      else if (Object.entries(tenant(index)).every(([name, value]) => got[name] === value)) total.right++;
      else total.wrong++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, driver));
  const gaveUp = PLANS.filter((plan) => plan.givesUp !== 'nobody').length;
  const each = REQUESTS / PLANS.length;
  expect(total).toEqual({ right: REQUESTS - gaveUp * each, wrong: 0, strayed: 0, gaveUp: gaveUp * each });
  expect(arrivals).toMatchObject({ none: 0, wrong: 0 });
  // Who was answered arrived, and once more where the first answer was to try again; who gave up may have not.
  const again = PLANS.filter((plan) => plan.kind === 'refuse-once').length;
  expect(arrivals.right).toBeGreaterThanOrEqual(REQUESTS - gaveUp * each + again * each);
}
