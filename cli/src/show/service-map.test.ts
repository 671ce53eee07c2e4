import { expect, test } from 'vitest';
import { makeSpan, TRACE_ID } from '../collector/span-fixture.ts';
import type { Span } from '../collector/trace.ts';
import { drawServiceMap } from './service-map.ts';

const id = (short: string) => short.padStart(16, '0');
const child = (own: string, parent: string, given: Partial<Span>) =>
  makeSpan(own, { parentSpanId: id(parent), ...given });
const draw = (...traces: Span[][]) => drawServiceMap(traces.map((spans) => ({ traceId: TRACE_ID, spans })));

test('calls between services are counted over all traces, calls inside one are not', () => {
  const spans = [
    makeSpan('1'),
    child('2', '1', { kind: 'CLIENT' }),
    child('3', '2', { service: 'orders' }),
    child('4', '2', { service: 'orders' }),
  ];
  expect(draw(spans, spans.slice(0, 3))).toEqual({
    nodes: [
      { service: 'edge', requests: 2, silent: false, layer: 0 },
      { service: 'orders', requests: 3, silent: false, layer: 1 },
    ],
    edges: [{ from: 'edge', to: 'orders', requests: 3 }],
  });
});

test('a service that makes no spans is known from its proxies: edge -> express -> mesh -> fastify', () => {
  const map = draw([
    makeSpan('1'),
    child('2', '1', {
      kind: 'CLIENT',
      attributes: { 'upstream_cluster.name': 'express', upstream_cluster: 'x' },
    }),
    child('3', '2', { service: 'mesh' }),
    child('4', '3', { service: 'mesh', kind: 'CLIENT', attributes: { upstream_cluster: 'fastify' } }),
  ]);
  expect(map.edges.map(({ from, to, requests }) => `${from} ${to} ${requests}`)).toEqual([
    'edge express 1',
    'express mesh 1',
    'mesh fastify 1',
  ]);
  expect(map.nodes.map(({ service, silent, layer }) => [service, silent, layer])).toEqual([
    ['edge', false, 0],
    ['express', true, 1],
    ['mesh', false, 2],
    ['fastify', true, 3],
  ]);
});

test('no service is put between where the upstream answers itself, nor for the cluster names of Istio', () => {
  const map = draw([
    makeSpan('1', { kind: 'CLIENT', attributes: { upstream_cluster: 'orders' } }),
    child('2', '1', { service: 'orders' }),
    child('3', '2', {
      service: 'orders',
      kind: 'CLIENT',
      attributes: { upstream_cluster: 'outbound|80||stock.svc' },
    }),
    child('4', '3', { service: 'stock' }),
  ]);
  expect(map.nodes.map((node) => node.service)).toEqual(['edge', 'orders', 'stock']);
});

test('services that call each other in a circle have a place each', () => {
  const map = draw([
    child('1', '3', { service: 'a' }),
    child('2', '1', { service: 'b' }),
    child('3', '2', { service: 'a' }),
  ]);
  expect(map.nodes.map(({ service, layer }) => [service, layer])).toEqual([
    ['a', 0],
    ['b', 1],
  ]);
  expect(map.edges).toHaveLength(2);
});

test('no traces, no map', () => {
  expect(draw()).toEqual({ nodes: [], edges: [] });
});
