/** What a mesh asks for and Envoy Gateway's API cannot say, in words for the head of its file. */
import { FILTER_STATE_TAGS, isAtLeast } from '../../config/versions.ts';
import type { Generation } from '../target.ts';

export function limits({ mesh, versions }: Generation): string[] {
  const old = !isAtLeast(versions.envoy, FILTER_STATE_TAGS);
  const { tracing } = mesh.backends;
  const usesB3 = mesh.propagation.some((format) => format !== 'w3c');
  const found: readonly (readonly [boolean, string])[] = [
    [
      old,
      `Envoy Gateway before 1.7 (Envoy ${versions.envoy}) has tags of request headers only: the filter's private headers x-meshspan-… go on to the services.`,
    ],
    [old && mesh.spanName !== undefined, 'spanName needs Envoy Gateway 1.7: spans keep their names.'],
    [
      mesh.sampling.always.length > 0,
      'sampling.always has no effect on the spans of these gateways: a route here cannot match filter state. The header of the mark goes on to the services.',
    ],
    [
      usesB3 && tracing.kind === 'otlp',
      'Callers with only B3 begin a trace here: Envoy Gateway has no place for the trace gate.',
    ],
    [
      tracing.kind === 'zipkin',
      'Callers with only W3C begin a trace here: Envoy Gateway has no field for the W3C side of the Zipkin tracer.',
    ],
    [true, 'The access log has no parent_id: nothing here keeps it from before the tracer.'],
  ];
  return [
    'What this mesh asks for and Envoy Gateway cannot do:',
    ...found.filter(([holds]) => holds).map(([, text]) => `- ${text}`),
  ];
}
