import { describe, expect, it } from 'vitest';
import { MeshHosts } from './mesh-hosts.ts';

const hosts = new MeshHosts(['api.example.com', '*.partner.example', '203.0.113.7', 'fe80::1']);

describe('hosts of the mesh', () => {
  it.each([
    ...[
      'localhost',
      'LOCALHOST',
      'a.localhost',
      '127.0.0.1',
      '127.255.255.254',
      '127.0.0.1:8080',
      '::1',
      '[::1]:80',
    ],
    ...['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1', '[fd00::1]'],
    ...['::ffff:10.0.0.1', '[::ffff:7f00:1]', '0:0:0:0:0:0:0:1'],
    ...['orders', 'orders:8080', 'orders_v2', 'orders.', 'orders.prod.svc', 'orders.prod.svc.cluster.local'],
    ...['orders.prod.svc.cluster.local.:80', 'vault.internal', 'pod.cluster.local'],
    ...['api.example.com', 'API.example.com:443', 'a.partner.example', 'a.b.partner.example'],
    ...['203.0.113.7', 'fe80::1', '[fe80::1]:80'],
  ])('%s', (host) => {
    expect(hosts.includes(host)).toBe(true);
    expect(hosts.includes(host)).toBe(true);
  });
});

describe('strangers', () => {
  it.each([
    ...[
      'example.com',
      'www.api.example.com',
      'partner.example',
      'evilpartner.example',
      'api.example.com.evil.io',
    ],
    ...[
      '8.8.8.8',
      '172.15.0.1',
      '172.32.0.1',
      '192.169.0.1',
      '11.0.0.1',
      '100.64.0.1',
      '169.254.169.254',
      '0.0.0.0',
    ],
    ...['2001:db8::1', 'fe80::2', 'fb00::1', '::', '::ffff:8.8.8.8', '[::ffff:808:808]'],
    // Clouds' metadata servers, by name and by address.
    ...['metadata.google.internal', 'METADATA.google.internal.:80', 'metadata', 'instance-data'],
    ...['fd00:ec2::254', '[fd00:ec2:0::254]:80', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe'],
    // What getaddrinfo would take for addresses.
    ...['134744072', '0x8080808', '0x', '017700000001', '8.8', '10.1'],
    ...['svc', 'internal'].map((name) => `.${name}`),
    ...[
      '',
      '.',
      ':80',
      '[',
      '[]',
      'a b',
      'user@orders',
      'orders/x',
      'orders.internal.evil.io',
      'xinternal.io',
      '*.svc',
    ],
  ])('%s', (host) => {
    expect(hosts.includes(host)).toBe(false);
  });
});

it('believes a user who lists a metadata server, by its full name alone', () => {
  const name = 'metadata.google.internal';
  expect(new MeshHosts([name]).includes(name)).toBe(true);
  expect(new MeshHosts(['*.google.internal']).includes(name)).toBe(false);
});

it('keeps answering right, however many hosts it has seen', () => {
  for (let index = 0; index < 5000; index++) {
    expect(hosts.includes(`host-${index}.example.org`)).toBe(false);
    expect(hosts.includes(`host-${index}.svc`)).toBe(true);
  }
});
