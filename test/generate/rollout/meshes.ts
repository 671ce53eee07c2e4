/** The meshspan.yaml files of these tests, and what `meshspan generate rollout` writes for them. */
import { toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { NEWEST } from '@meshspan/cli/config/versions.ts';
import type { GeneratedFile } from '@meshspan/cli/generate/target.ts';
import { generateFiles } from '@meshspan/cli/generate/targets.ts';

const ATTRIBUTES = `
name: shop
attributes:
  - { key: tenant.id, from: [{ header: x-tenant-id }], maxDistinct: 100, to: { header: x-tenant } }
  - { key: version, from: [{ node: LABELS.version }] }
  - { key: workload, from: [{ node: WORKLOAD_NAME }] }
services:
  - { name: orders, namespace: shop }
  - { name: pay, namespace: shop, port: 8080, targetPort: 9090 }
  - { name: cart }
`;

const BY = 'by: { attribute: tenant.id, values: [acme, globex] }';

/** A/B tests, which are Istio's resources alone. */
export const AB: Readonly<Record<'least' | 'everything', string>> = {
  least: `${ATTRIBUTES}
rollouts: [{ service: orders, strategy: ab, ${BY} }]
`,
  everything: `${ATTRIBUTES}
trust: { identity: edge }
istio: { revision: canary }
rollouts:
  - service: orders
    strategy: ab
    ${BY}
    versions: { stable: blue, next: green }
    fault: { percent: 12.5, delay: 250ms, status: 503 }
    gateways: [ingress/public]
    hosts: [shop.example.com]
  - { service: pay, strategy: ab, ${BY}, fault: { percent: 100, delay: 1s } }
`,
};

/** Deliveries by Flagger. */
export const FLAGGER: Readonly<Record<'canary' | 'blueGreen' | 'everything', string>> = {
  canary: `${ATTRIBUTES}
rollouts: [{ service: orders, strategy: canary }]
`,
  blueGreen: `${ATTRIBUTES}
rollouts: [{ service: orders, strategy: blueGreen }]
`,
  everything: `${ATTRIBUTES}
metrics: { labels: [tenant.id], alerts: { errorPercent: 2, p99: 1500ms } }
rollouts:
  - service: orders
    strategy: canary
    watch: { attribute: tenant.id, values: [acme, globex] }
    analysis: { interval: 30s, failures: 3, stepWeight: 20, maxWeight: 60 }
    gateways: [ingress/public]
    hosts: [shop.example.com]
  - { service: pay, strategy: blueGreen, analysis: { iterations: 5, mirror: true } }
  - { service: cart, strategy: canary }
`,
};

export function generate(text: string): readonly GeneratedFile[] {
  return generateFiles(['rollout'], toMesh(parseSource(text, 'meshspan.yaml')), NEWEST);
}
