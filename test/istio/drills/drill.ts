/** What a drill does with a mesh and sees of it: orders, their spans, what proxies and agents count and say. */
import { readFile, writeFile } from 'node:fs/promises';
import { expect, vi } from 'vitest';
import { get, newTrace } from '../../e2e/client.ts';
import type { Agent } from '../agent.ts';
import type { Span } from '../collector.ts';
import { startLoad } from '../load.ts';
import type { Mesh } from '../mesh.ts';

/** Spans of an order: traces.test.ts says which. */
const SPANS = 5;
/** The longest that a change may take on a busy machine; here it takes about a second. */
const BOUND = { timeout: 60_000, interval: 100 };

export interface Order {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly spans: readonly Span[];
}

/** One order, and the spans of its trace. */
export async function order(mesh: Mesh, headers: Readonly<Record<string, string>> = {}): Promise<Order> {
  const { traceId, traceparent } = newTrace();
  const { status, headers: answered } = await get(mesh.url, { host: mesh.host, traceparent, ...headers });
  return { status, headers: answered, spans: await mesh.collector.waitForTrace(traceId, SPANS) };
}

/** The values that an attribute has on the spans, each once; [] where none has it. */
export function valuesOf(spans: readonly Span[], key: string, service?: string): unknown[] {
  const of = spans.filter((span) => service === undefined || span.service === service);
  const values = of.flatMap(({ attributes }) =>
    attributes.filter(([name]) => name === key).map(([, value]) => value),
  );
  return [...new Set(values)];
}

/** Asks again until what a change should bring is there: it is pushed, fetched and compiled in each proxy. */
export function eventually(
  mesh: Mesh,
  of: (order: Order) => unknown,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  // Not expect.poll: it takes the test that began last for its own, and some run side by side.
  return vi.waitFor(async () => expect(of(await order(mesh, headers))).toEqual(value), BOUND);
}

/** The `user.id` of an order of nobody: the attribute's default, by which a drill tells its configuration. */
export function nobody({ spans }: Order): unknown[] {
  return valuesOf(spans, 'user.id');
}

/** Sets a field of meshspan.yaml, and serves what is then generated into a folder of that name. */
export async function change(
  mesh: Mesh,
  path: readonly (string | number)[],
  value: unknown,
  name: string,
): Promise<readonly string[]> {
  await mesh.definition.set(path, value);
  const { resources } = await mesh.definition.generate(name);
  await mesh.apply(resources);
  return resources;
}

/** What is generated, with a mistake as a hand or an older meshspan would make it: our own validate refuses it. */
export async function mistaken({ definition }: Mesh, name: string): Promise<readonly string[]> {
  const { resources, plugin } = await definition.generate(name);
  const text = await readFile(plugin, 'utf8');
  await writeFile(plugin, text.replace('header: x-tenant-id', 'heeder: x-tenant-id'));
  return resources;
}

/** A Telemetry of somebody who adds a tag of his own, and thinks of no other. Spans tell that it is in force. */
export function tagged(namespace: string, team: string): string {
  return `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: other, namespace: ${namespace} }
spec: { tracing: [{ customTags: { team: { literal: { value: ${team} } } } }] }
`;
}

/** Has something happen while orders come, of which none may fail. Resolves with how many there were. */
export async function underLoad(mesh: Mesh, happens: () => Promise<void>): Promise<number> {
  const load = startLoad(mesh.url, { host: mesh.host });
  try {
    await load.more(20);
    await happens();
    await load.more(20);
  } finally {
    await load.stop();
  }
  const { statuses, requests } = await load.stop();
  expect(Object.keys(statuses)).toEqual(['200']);
  return requests.length;
}

/** Everything that the agent and its Envoy have printed. */
export function said({ process }: Agent): string {
  return process.lines().join('\n');
}

/** A counter of Envoy's, as Prometheus reads it at the agent: the sum over its labels. */
export async function counter({ status }: Agent, name: string): Promise<number> {
  const found = samples(await (await fetch(`${status}/stats/prometheus`)).text(), name);
  return Object.values(found).reduce((sum, value) => sum + value, 0);
}

/** How often the agent has asked a registry for a module, by result: `{ success: 1 }`. */
export async function fetches({ status }: Agent): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${status}/metrics`)).text();
  const found = Object.entries(samples(text, 'istio_agent_wasm_remote_fetch_count'));
  return Object.fromEntries(found.map(([labels, count]) => [/result="(\w+)"/.exec(labels)?.[1], count]));
}

/** Values of a metric by its labels, in Prometheus' text. */
function samples(text: string, name: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(name.length, end), Number(line.slice(end + 1))];
    }),
  );
}
