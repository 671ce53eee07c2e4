import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filterStateTags } from '@meshspan/cli/generate/envoy-config/custom-tags.ts';
import { filterStateOperator } from '@meshspan/cli/plan/attribute-route.ts';
import { type Chain, luaFilter, wasmFilter } from './listener.ts';
import { compileProbe, type Probe } from './probes.ts';
import { attributeHeader, USUAL } from './request.ts';

/** What the variants set: two headers and one constant. */
const VALUES = {
  'user.id': USUAL['x-user-id'] ?? '',
  'tenant.id': USUAL['x-tenant-id'] ?? '',
  cluster: 'bench',
} as const;
const KEYS = Object.keys(VALUES);

/** The same three attributes for meshspan, in its own configuration. */
export const THREE: { readonly attributes: readonly object[] } = {
  attributes: [
    { key: 'user.id', from: [{ header: 'x-user-id' }], default: 'anonymous' },
    { key: 'tenant.id', from: [{ header: 'x-tenant-id' }] },
    { key: 'cluster', from: [{ literal: VALUES.cluster }] },
  ],
};

/** Span tags without any filter: what Envoy and Istio offer by themselves. */
const NATIVE_TAGS = [
  { tag: 'user.id', request_header: { name: 'x-user-id', default_value: 'anonymous' } },
  { tag: 'tenant.id', request_header: { name: 'x-tenant-id' } },
  { tag: 'cluster', literal: { value: VALUES.cluster } },
];

const filterStateProof = Object.entries(VALUES).map(([key, value]) => ({
  format: filterStateOperator(key),
  value,
}));
const metadataProof = Object.entries(VALUES).map(([key, value]) => ({
  format: `%DYNAMIC_METADATA(meshspan:${key})%`,
  value,
}));

/** The chains that need no compiled peer. `filter` is meshspan's .wasm, `requestFilter` the one that sees no responses. */
export async function ownChains(filter: string, requestFilter: string): Promise<Chain[]> {
  const lua = await readFile(join(import.meta.dirname, '../peers/attributes.lua'), 'utf8');
  const meshspan = (name: string, configuration: object): object => wasmFilter(name, filter, configuration);
  return [
    { name: 'none', filters: [], proof: [] },
    { name: 'traced', filters: [], tags: [], proof: [] },
    { name: 'native', filters: [], tags: NATIVE_TAGS, proof: [] },
    { name: 'lua', filters: [luaFilter(lua)], proof: metadataProof },
    { name: 'meshspan', filters: [meshspan('meshspan', THREE)], proof: filterStateProof },
    {
      name: 'meshspan-request',
      filters: [wasmFilter('meshspan-request', requestFilter, THREE)],
      proof: filterStateProof,
    },
    {
      name: 'meshspan-traced',
      filters: [meshspan('meshspan', THREE)],
      tags: filterStateTags(KEYS),
      proof: [],
    },
    ...ATTRIBUTE_COUNTS.map((count) => ({
      name: `meshspan-${count}`,
      filters: [meshspan(`meshspan-${count}`, attributes(count))],
      proof: [],
    })),
  ];
}

/** Numbers of attributes that are measured, all of them headers. */
export const ATTRIBUTE_COUNTS = [1, 3, 6, 12] as const;

function attributes(count: number): object {
  return {
    attributes: Array.from({ length: count }, (_, index) => ({
      key: `attribute.${index + 1}`,
      from: [{ header: attributeHeader(index + 1) }],
    })),
  };
}

/** A filter in Wasm that does what meshspan does, on another SDK. */
export function peerChain(name: string, path: string): Chain {
  return { name, filters: [wasmFilter(name, path)], proof: filterStateProof };
}

/** The probes' chains, compiled into `folder`. */
export function probeChains(probes: readonly Probe[], folder: string): Promise<Chain[]> {
  return Promise.all(
    probes.map(async (probe) => ({
      name: probe.name,
      filters: [wasmFilter(probe.name, await compileProbe(probe, folder))],
      proof: [],
    })),
  );
}
