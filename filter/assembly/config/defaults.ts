import { compileAttributes } from './compile';
import { JsonReader } from './json';
import { Plan } from './plan';

/** Longest value of an attribute that sets no `maxLength`, in characters. */
export const DEFAULT_MAX_LENGTH: i32 = 256;

/**
 * What the filter does with no configuration. The cluster is the Kubernetes cluster where the proxy knows it
 * (Istio's node metadata CLUSTER_ID), else Envoy's own `node.cluster`.
 */
const DEFAULTS: string = `{"attributes":[
  {"key":"user.id","from":[{"header":"x-user-id"}],"default":"anonymous"},
  {"key":"tenant.id","from":[{"header":"x-tenant-id"}]},
  {"key":"cluster","from":[{"node":"CLUSTER_ID"},{"property":"xds.node.cluster"}]}
]}`;

/** A plan of its own at each call: `resolve` changes it. */
export function defaultPlan(): Plan {
  const plan = new Plan();
  const json = new JsonReader(DEFAULTS).read();
  if (json !== null) {
    const attributes = json.get('attributes');
    if (attributes !== null) compileAttributes(attributes, plan, []);
  }
  return plan;
}
