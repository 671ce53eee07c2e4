import { afterEach, expect, it } from 'vitest';
import { type ClientReport, selfCheck } from '../index.ts';
import { install, uninstall } from '../outbound/install.ts';

afterEach(uninstall);

function statusOf(reports: readonly ClientReport[]): Record<string, string> {
  return Object.fromEntries(reports.map(({ client, status }) => [client, status]));
}

it('tells which clients carry their caller, through each of them', async () => {
  install();
  const reports = await selfCheck();
  expect(statusOf(reports)).toMatchObject({
    fetch: 'covered',
    'node:http': 'covered',
    'node:http, headers as an array': 'covered',
    'node:https': 'covered',
    'undici.request': 'covered',
    'undici.request, one connection': 'covered',
    axios: 'covered',
    got: 'covered',
    'node-fetch': 'covered',
    'node:http2': 'not covered',
  });
  for (const { status, why } of reports) expect(why === '').toBe(status === 'covered');
});

it('says so where no middleware is there yet, and covers nothing by itself', async () => {
  const reports = await selfCheck();
  expect(reports.filter(({ status }) => status === 'covered')).toEqual([]);
  const fetch = reports.find(({ client }) => client === 'fetch');
  expect(fetch?.why).toBe('no middleware, plugin or extract() of meshspan has been called yet');
});
