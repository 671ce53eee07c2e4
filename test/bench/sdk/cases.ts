/** Headers of every request that is measured: what a service behind Istio gets, about ten of the trace's. */
export const HEADERS: Readonly<Record<string, string>> = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=opaque',
  b3: '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1-00f067aa0ba902b7',
  'x-b3-traceid': '0af7651916cd43dd8448eb211c80319c',
  'x-b3-spanid': 'b7ad6b7169203331',
  'x-b3-parentspanid': '00f067aa0ba902b7',
  'x-b3-sampled': '1',
  'x-request-id': 'a1b2c3d4-e5f6-9a78-8b90-123456789abc',
  baggage: 'region=eu,plan=gold',
  'x-user-id': 'ada',
  'x-tenant-id': 'acme',
};

export const FRAMEWORKS = ['fastify', 'express'] as const;
export const CALLS = ['none', 'fetch', 'http'] as const;
export const VARIANTS = ['none', 'als', 'meshspan', 'opentelemetry'] as const;

export type Variant = (typeof VARIANTS)[number];

/** One service that is measured. */
export interface Case {
  readonly id: string;
  /** Major version of Node. */
  readonly runtime: string;
  readonly framework: (typeof FRAMEWORKS)[number];
  readonly call: (typeof CALLS)[number];
  readonly variant: Variant;
}

/** Variants that are compared with each other: the same runtime, framework and call. */
export interface Group {
  readonly id: string;
  readonly cases: readonly Case[];
}

/** What a group is read for: CPU time over the bare framework, at the most. */
export const TARGETS: Readonly<Record<string, number>> = {
  'node 24, fastify': 1.15,
  'node 22, fastify': 1.25,
  'node 24, express': 1.1,
  'node 22, express': 1.1,
  'node 24, fastify, one fetch': 1.2,
  'node 22, fastify, one fetch': 1.2,
  'node 24, express, one fetch': 1.2,
  'node 22, express, one fetch': 1.2,
  'node 24, fastify, one http': 1.2,
  'node 22, fastify, one http': 1.2,
  'node 24, express, one http': 1.2,
  'node 22, express, one http': 1.2,
};

export function groupsFor(runtimes: readonly string[]): readonly Group[] {
  return runtimes.flatMap((runtime) =>
    CALLS.flatMap((call) =>
      FRAMEWORKS.map((framework) => {
        const id = `node ${runtime}, ${framework}${call === 'none' ? '' : `, one ${call}`}`;
        const cases = VARIANTS.map((variant) => ({
          ...{ id: `${id}: ${variant}`, runtime, framework, call, variant },
        }));
        return { id, cases };
      }),
    ),
  );
}
