export type { MeshspanError } from '../errors.ts';
export { BaggagePropagator } from './baggage-propagator.ts';
export { IdentitySpanProcessor } from './identity-processor.ts';
export { B3Propagator, TracePropagator, type TracePropagatorOptions, W3CPropagator } from './propagators.ts';
export { B3Sampler, type SamplerLike } from './sampler.ts';
