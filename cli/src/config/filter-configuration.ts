import type { Mesh } from './model.ts';

/** The fields of meshspan.yaml that are the filter's own, in the order of its documentation. */
const FIELDS = ['attributes', 'trust', 'spanName', 'debugWhen', 'traceId', 'strict'] as const;

/**
 * What the filter gets of a meshspan.yaml: its own fields as the user wrote them, without the defaults of the
 * schema, which the filter knows itself. Empty where the filter's defaults are all that is wanted.
 */
export function filterConfiguration(value: unknown): object {
  const mesh = (value ?? {}) as Partial<Mesh>;
  const fields: Record<string, unknown> = {};
  for (const field of FIELDS) if (mesh[field] !== undefined) fields[field] = mesh[field];
  // percent is for Envoy, and rules without which there is nothing for the filter to do.
  const { percent: _, ...sampling }: Partial<Mesh['sampling']> = mesh.sampling ?? {};
  if (sampling.always !== undefined) fields.sampling = sampling;
  return fields;
}
