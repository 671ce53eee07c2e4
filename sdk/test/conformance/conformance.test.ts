import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { request as undiciRequest } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mode } from '../../src/options.ts';
import { uninstall } from '../../src/outbound/install.ts';
import { FRAMEWORKS } from '../frameworks.ts';
import { type AtEnd, getJson, type Seen, serveEcho } from '../servers.ts';
import { B3_CASES } from './b3-cases.ts';
import { BAGGAGE_CASES } from './baggage-cases.ts';
import { type Case, type Header, WATCHED } from './case.ts';
import { expectChild } from './expect-child.ts';
import { W3C_CASES } from './w3c-cases.ts';

const CASES: readonly Case[] = [...W3C_CASES, ...B3_CASES, ...BAGGAGE_CASES];

/** Clients that the service calls on by. */
const CLIENTS: Readonly<Record<string, (url: string) => Promise<Seen>>> = {
  fetch: async (url) => (await (await fetch(url)).json()) as Seen,
  http: (url) => getJson(url),
  undici: async (url) => (await (await undiciRequest(url)).body.json()) as Seen,
};

const MODES: readonly Mode[] = ['forward', 'child'];

it('has at least 200 cases, each under a rule of its own', () => {
  expect(new Set(CASES.map(({ rule }) => rule)).size).toBe(CASES.length);
  expect(CASES.length).toBeGreaterThanOrEqual(200);
});

describe.each(FRAMEWORKS.filter(([name]) => /express|fastify/.test(name)))('%s', (_framework, start) => {
  describe.each(MODES)('%s', (mode) => {
    const closers: Parameters<AtEnd>[0][] = [];
    const atEnd: AtEnd = (close) => {
      closers.push(close);
    };
    let service: string;

    beforeAll(async () => {
      const echo = await serveEcho(atEnd);
      service = await start({ mode }, ({ client }) => CLIENTS[client as string]?.(echo), atEnd);
    });

    afterAll(async () => {
      for (const close of closers) await close();
      uninstall();
    });

    it.each(CASES)('$rule', async (each) => {
      for (const client of Object.keys(CLIENTS)) {
        const seen = await ask(`${service}/?client=${client}`, each.sent);
        // A header must not go out twice, in whatever spelling.
        const names = seen.raw.filter((_entry, index) => index % 2 === 0).map((name) => name.toLowerCase());
        const watched = names.filter((name) => WATCHED.includes(name));
        expect(new Set(watched).size).toBe(watched.length);
        expect(names).not.toContain('cookie');
        const got = Object.fromEntries(watched.map((name) => [name, seen.headers[name] as string]));
        if (mode === 'forward') expect(got).toEqual(each.forward);
        else expectChild(each, got);
      }
    });
  });
});

/** Sends the headers as they stand, repeated ones too. */
function ask(url: string, headers: readonly Header[]): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const raw = ['Host', new URL(url).host, ...headers.flat()];
    request(url, { headers: raw }, (response) => json(response).then((body) => resolve(body as Seen), reject))
      .on('error', reject)
      .end();
  });
}
