import { compileAttributes } from './attribute';
import { JsonReader } from './json-reader';
import { Plan } from './plan';

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
  addDefaultAttributes(plan);
  return plan;
}

export function addDefaultAttributes(plan: Plan): void {
  const json = new JsonReader(DEFAULTS).read();
  if (json === null) return;
  const attributes = json.get('attributes');
  if (attributes !== null) compileAttributes(attributes, plan, []);
}
