import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** The lowest port that is given away, and the end of what the kernel leaves alone where it does not say. */
const LOWEST = 20_000;
const DEFAULT_END = 32_768;

/** Those that this process has asked for: who got one may not listen on it yet. */
const given = new Set<number>();

/**
 * `count` ports on loopback that are free, for programs that do not tell the port which the system chose.
 *
 * From below the range of which the kernel gives ports to whoever asks for any (`listen(0)`, outgoing connections;
 * Linux: ip_local_port_range): a port of that range may be somebody else's before the program listens on it.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const end = await endOfRange();
  const ports = new Set<number>();
  // Ten times as many as are needed: on a machine where those are all taken something else is wrong.
  for (let tries = 0; ports.size < count && tries < 10 * count + 100; tries++) {
    const port = randomInt(LOWEST, end);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.add(port);
  }
  if (ports.size < count) throw new Error(`no ${count} free ports from ${LOWEST} to ${end - 1}`);
  return [...ports];
}

async function endOfRange(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const first = Number(range.trim().split(/\s+/)[0]);
  // A machine that gives all of its ports away leaves no choice.
  return first > LOWEST + 1000 ? first : DEFAULT_END;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
