import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { makeSpan, TRACE_ID } from '../collector/span-fixture.ts';
import type { Trace } from '../collector/trace.ts';
import { type Page, type PageOptions, startPage } from './page.ts';
import type { PageView } from './view.ts';

let page: Page;
afterEach(() => page.close());

const ATTACK = '<img src=x onerror="alert(1)">';
const trace: Trace = {
  traceId: TRACE_ID,
  spans: [
    makeSpan('1', {
      name: ATTACK,
      durationMs: 20,
      attributes: { 'user.id': '</script><script>alert(1)</script>' },
    }),
    makeSpan('2', {
      parentSpanId: '0000000000000001',
      startMs: 1_750_000_000_005,
      attributes: { error: true },
    }),
    makeSpan('3', { parentSpanId: 'abcdefabcdefabcd' }),
  ],
};
const start = async (options: Partial<PageOptions> = {}) => {
  page = await startPage({ traces: () => [trace], ...options });
};
const readView = async () => (await (await fetch(`${page.url}/api/traces`)).json()) as PageView;

test('one HTML document that asks nobody else for anything', async () => {
  await start();
  const response = await fetch(page.url);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const html = await response.text();
  expect(html).toContain('<trace-waterfall>');
  // No address of another file or host; the icon is empty data, and the namespace of SVG is a name.
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"|https?:\/\/[^'"\s]+/g)].map(
    (match) => match[1] ?? match[0],
  );
  expect(addresses).toEqual(['data:,', 'http://www.w3.org/2000/svg']);
});

test('the policy lets run what is in the document, by its hash, and nothing else', async () => {
  await start();
  const response = await fetch(page.url);
  const html = await response.text();
  const policy = response.headers.get('content-security-policy') ?? '';
  const sources = [...html.matchAll(/<(?:script type="module"|style)>(.*?)<\/(?:script|style)>/gs)].map(
    (match) => match[1],
  );
  expect(sources).toHaveLength(8);
  for (const source of sources) {
    expect(policy).toContain(
      `'sha256-${createHash('sha256')
        .update(source ?? '')
        .digest('base64')}'`,
    );
  }
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  expect(html).not.toMatch(/\son\w+=|\sstyle=/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});

test('what a stranger sent is in the JSON only, never in the HTML', async () => {
  await start();
  expect(await (await fetch(page.url)).text()).not.toContain('onerror');
  const response = await fetch(`${page.url}/api/traces`);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(((await response.json()) as PageView).traces[0]?.name).toBe(ATTACK);
});

test('the scripts of the page write values as text: nothing in them parses HTML', async () => {
  await start();
  const folder = new URL('./page/', import.meta.url);
  const scripts = (await readdir(folder)).filter((file) => file.endsWith('.js'));
  expect(scripts).toHaveLength(4);
  for (const file of scripts) {
    const source = await readFile(new URL(file, folder), 'utf8');
    expect(source, file).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|Function\(/,
    );
  }
});

test('the spans come in the order of the tree, with their place in it', async () => {
  await start({ highlight: ['user.id'] });
  const view = await readView();
  expect(view).toMatchObject({ highlight: ['user.id'], total: 1 });
  expect(view.traces).toHaveLength(1);
  expect(view.traces[0]).toMatchObject({
    traceId: TRACE_ID,
    took: '20 ms',
    services: ['edge'],
    failed: true,
    orphans: 1,
    whose: '</script><script>alert(1)</script>',
  });
  expect(view.traces[0]?.spans).toMatchObject([
    { ...trace.spans[0], depth: 0, from: 0, to: 1, took: '20 ms', failed: false, problem: '' },
    { ...trace.spans[1], depth: 1, from: 0.25, to: 0.75, failed: true, orphan: false },
    { ...trace.spans[2], depth: 0, orphan: true, problem: 'parent abcdefabcdefabcd is missing' },
  ]);
  expect(view.services.nodes).toMatchObject([{ service: 'edge' }]);
});

test('every refresh shows what there is now: the latest hundred, the latest first', async () => {
  const traces: Trace[] = [];
  await start({ traces: () => traces });
  expect(await readView()).toMatchObject({ total: 0, traces: [] });
  for (let n = 0; n < 103; n++) traces.push({ traceId: String(n), spans: [makeSpan('1')] });
  const view = await readView();
  expect(view.total).toBe(103);
  expect(view.traces.map((one) => Number(one.traceId))).toEqual(
    Array.from({ length: 100 }, (_, n) => 102 - n),
  );
});

test('other paths and methods', async () => {
  await start();
  expect((await fetch(`${page.url}/elsewhere`)).status).toBe(404);
  const posted = await fetch(`${page.url}/api/traces`, { method: 'POST', body: 'x' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  const head = await fetch(page.url, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('a taken port: which one, and what to do', async () => {
  await start();
  await expect(startPage({ port: page.port, traces: () => [] })).rejects.toMatchObject({
    code: 'MESHSPAN_ERR_PORT_TAKEN',
    where: `127.0.0.1:${page.port}`,
    mend: expect.stringContaining('--port'),
  });
});

test('answers only under a loopback name, so that DNS rebinding reads nothing', async () => {
  await start();
  const statusFor = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get(`${page.url}/api/traces`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
  const { port } = new URL(page.url);
  expect(await statusFor(`localhost:${port}`)).toBe(200);
  expect(await statusFor(`evil.example:${port}`)).toBe(403);
  expect(await statusFor(`127.0.0.1.evil.example:${port}`)).toBe(403);
});

test('a trace is called by the request it is of, where its first span tells', async () => {
  const asked = { 'http.method': 'GET', 'http.url': 'http://127.0.0.1:7411/orders/7?x=1' };
  const called = async (attributes: Record<string, string>): Promise<string | undefined> => {
    await page?.close();
    const spans = [makeSpan('1', { name: 'ingress', attributes })];
    await start({ traces: () => [{ traceId: TRACE_ID, spans }] });
    return (await readView()).traces[0]?.name;
  };
  expect(await called(asked)).toBe('GET /orders/7');
  expect(await called({ 'http.request.method': 'PUT', 'url.path': '/a' })).toBe('PUT /a');
  expect(await called({ 'http.method': 'GET', 'http.url': 'no url' })).toBe('ingress');
  expect(await called({})).toBe('ingress');
});
