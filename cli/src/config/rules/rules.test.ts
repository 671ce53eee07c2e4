import { describe, expect, it } from 'vitest';
import { mistakesOf } from '../load.ts';
import { parseSource } from '../source.ts';

const MISTAKES = [
  ['envoy: [{ listen: "localhost:80" }]', 'MESHSPAN_CONFIG_VALUE', '$.envoy[0].listen'],
  ['envoy: [{ admin: "127.0.0.1:65536" }]', 'MESHSPAN_CONFIG_VALUE', '$.envoy[0].admin'],
  [
    'envoy: [{ routes: [{ service: a, address: "a:0" }] }]',
    'MESHSPAN_CONFIG_VALUE',
    '$.envoy[0].routes[0].address',
  ],
  ['backends: { tracing: "otlp://c:99999" }', 'MESHSPAN_CONFIG_VALUE', '$.backends.tracing'],
  ['backends: { tracing: "otlp://c:4318" }', 'MESHSPAN_CONFIG_VALUE', '$.backends.tracing'],
  ['backends: { traces: ["tempo://t:3200"] }', 'MESHSPAN_CONFIG_VALUE', '$.backends.traces[0]'],
  [
    '{ attributes: [{ key: t, from: [{ header: t }], allow: [acme] }], sampling: { always: [{ when: { t: [acme, other, acmee] } }] } }',
    ...['MESHSPAN_CONFIG_REFERENCE', '$.sampling.always[0].when.t[2]'],
  ],
  ['envoy: [{ name: a }, { name: a }]', 'MESHSPAN_CONFIG_DUPLICATE', '$.envoy[1]'],
  [
    'envoy: [{ routes: [{ service: a, address: "a:1" }, { service: a, address: "b:1" }] }]',
    ...['MESHSPAN_CONFIG_CONFLICT', '$.envoy[0].routes[1].address'],
  ],
  ['backends: { tracing: "zipkin://z", logs: otlp }', 'MESHSPAN_CONFIG_CONFLICT', '$.backends.logs'],
  ['proxies: [{ kind: envoyGateway, namespace: a }]', 'MESHSPAN_CONFIG_TARGET', '$.proxies[0]'],
  [
    '{ attributes: [{ key: a, from: [{ header: a }], hash: { algorithm: hmac-sha256, keyEnv: K } }], filter: { env: { K: "" } } }',
    ...['MESHSPAN_CONFIG_VALUE', '$.attributes[0].hash.keyEnv'],
  ],
  ['attributes: [{ key: method, from: [{ header: a }] }]', 'MESHSPAN_CONFIG_RESERVED', '$.attributes[0].key'],
  ['envoy: [{ node: { cluster: "\\ud800" } }]', 'MESHSPAN_CONFIG_VALUE', '$.envoy[0].node.cluster'],
  [
    '{ attributes: [{ key: a, from: [{ flags: true }] }], debugWhen: [{ when: { a: b } }] }',
    ...['MESHSPAN_CONFIG_PHASE', '$.debugWhen[0].when.a'],
  ],
  [
    'attributes: [{ key: a, from: [{ header: a }], to: { header: X-A } }, { key: b, from: [{ header: b }], to: { header: x-a } }]',
    ...['MESHSPAN_CONFIG_DUPLICATE', '$.attributes[1].to.header'],
  ],
] as const;

describe('what plain Envoy or the filter would refuse', () => {
  it.each(MISTAKES)('%s', (text, code, path) => {
    const found = mistakesOf(parseSource(text, 'meshspan.yaml'));
    expect(found.map((mistake) => [mistake.code, mistake.path])).toEqual([[code, path]]);
  });

  it.each([
    'envoy: [{ listen: "[::1]:0", admin: "0.0.0.0:65535" }]',
    'envoy: [{ routes: [{ service: a, address: "a:1" }, { prefix: /b, service: a, address: "a:1" }] }]',
    'filter: { env: { A: { fromProxy: true }, B: "" } }',
    '{ attributes: [{ key: a, from: [{ env: A }] }], filter: { env: { A: { fromProxy: true } } } }',
    'sampling: { percent: 0.29 }',
    'backends: { tracing: "otlp+http://c:4318", traces: ["tempo://t:4317", jaeger://j, "otlp://o:3200"] }',
    '{ attributes: [{ key: t, from: [{ literal: a }], default: b, allow: [c] }], debugWhen: [{ when: { t: [a, b, c] } }] }',
    'sampling: { percent: 0.07 }',
  ])('nothing wrong with %s', (text) => {
    expect(mistakesOf(parseSource(text, 'meshspan.yaml'))).toEqual([]);
  });

  it('a percent of more than hundredths is one mistake', () => {
    const [mistake] = mistakesOf(parseSource('sampling: { percent: 0.001 }', 'meshspan.yaml'));
    expect(mistake).toMatchObject({ code: 'MESHSPAN_CONFIG_VALUE', path: '$.sampling.percent' });
  });
});
