/** Target `linkerd`: what of this mesh can be had with Linkerd, whose proxy takes no Wasm. */
import { type YamlDocument, yamlFile } from '../print.ts';
import type { GeneratedFile, Target } from '../target.ts';
import { collectorOverlay } from './collector.ts';
import { readme } from './readme.ts';
import { serviceProfiles } from './service-profiles.ts';
import { controlPlaneValues, namespaces, whyNoSpans } from './tracing.ts';

export const linkerdTarget: Target = {
  name: 'linkerd',
  summary: "tracing with Linkerd's own proxies: values, injection, ServiceProfiles, and what they cannot do",
  generate(generation) {
    const { mesh } = generation;
    const file = (name: string, title: string, documents: readonly YamlDocument[]): GeneratedFile[] =>
      documents.length === 0
        ? []
        : [{ path: `linkerd/${name}`, text: yamlFile(title, documents, generation) }];
    return [
      { path: 'linkerd/README.md', text: readme(mesh) },
      ...file(
        'control-plane-values.yaml',
        VALUES,
        whyNoSpans(mesh) === undefined ? [controlPlaneValues(mesh)] : [],
      ),
      ...file('namespaces.yaml', NAMESPACES, namespaces(mesh)),
      ...file('service-profiles.yaml', PROFILES, serviceProfiles(mesh)),
      ...file('collector.yaml', COLLECTOR, [collectorOverlay(mesh)]),
    ];
  },
};

const VALUES =
  'Proxies send spans: values of the chart linkerd-control-plane (helm upgrade --reuse-values -f <this file>), Linkerd 2.19 or later.\nRestart the pods then: a proxy reads its settings at the start.';
const NAMESPACES = 'Pods of these namespaces get a proxy when they start: kubectl apply -f <this file>';
const PROFILES =
  "Routes of spanName in Linkerd's metrics (route_response_total, label rt_route): kubectl apply -f <this file>\nThe first route that fits counts, so they stand in the order of the filter. Since Linkerd 2.16 HTTPRoute does the same, by one resource\na route; of a service that has a ServiceProfile Linkerd leaves HTTPRoutes out: keep one of the two.";
const COLLECTOR =
  "The cluster on spans of Linkerd: a second --config behind that of the target collector, with the variable CLUSTER in its environment.\nLinkerd's proxies send OTLP by gRPC; services that speak Zipkin are received on 9411 as before.";
