export {
  assertPropagates,
  checkPropagation,
  type Finding,
  type PropagationCheck,
} from './check-propagation.ts';
export { type Downstream, type ReceivedRequest, startDownstream } from './downstream.ts';
export { type Expected, VECTORS, type Vector } from './vectors.ts';
