/** The meshspan.yaml files of these tests, and what is generated for them. */
import { toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { NEWEST } from '@meshspan/cli/config/versions.ts';
import type { GeneratedFile } from '@meshspan/cli/generate/target.ts';
import { generateFiles } from '@meshspan/cli/generate/targets.ts';

const FILTER = 'filter: { image: "oci://registry.example.com/meshspan/filter:0.1.0" }';

export const MESHES: Readonly<Record<'networks' | 'oneNetwork' | 'ambient' | 'revision', string>> = {
  networks: `
name: shop
${FILTER}
clusters:
  - { name: eu, traces: "https://tempo.eu.example.com" }
  - { name: us, network: us-net, trustDomain: us.local, traces: "https://tempo.us.example.com" }
  - { name: asia, trustDomain: asia.local }
`,
  oneNetwork: `
${FILTER}
clusters: [{ name: eu, network: flat }, { name: us, network: flat }]
`,
  ambient: `
${FILTER}
proxies: [{ kind: waypoint, namespace: shop, name: waypoint }]
clusters: [{ name: eu }, { name: us }]
`,
  revision: `
${FILTER}
istio: { rootNamespace: mesh-system, revision: canary }
proxies: [{ kind: sidecar }, { kind: waypoint, namespace: shop, name: waypoint }]
clusters: [{ name: eu }, { name: us }]
`,
};

export function generate(
  text: string,
  targets: readonly string[] = ['multicluster'],
): readonly GeneratedFile[] {
  return generateFiles(targets, toMesh(parseSource(text, 'meshspan.yaml')), NEWEST);
}
