import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freePorts } from './free-ports.ts';

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
    onTestFinished(() => void server.close());
  });
}

it('gives different ports that can be listened on, and none that the kernel would give to somebody else', async () => {
  const ports = await freePorts(50);
  expect(new Set(ports).size).toBe(50);
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768');
  expect(Math.max(...ports)).toBeLessThan(Number(range.split(/\s+/)[0]));
  const servers = await Promise.all(ports.map(listen));
  expect(servers.map((server) => (server.address() as AddressInfo).port)).toEqual(ports);
});

it('gives no port twice, as who got one may not listen on it yet', async () => {
  const ports = (await Promise.all([freePorts(500), freePorts(500)])).flat();
  expect(new Set(ports).size).toBe(1000);
});
