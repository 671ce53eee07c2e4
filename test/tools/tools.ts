import { debianTool } from './debian-tool.ts';
import { goTool } from './go-tool.ts';
import type { Tool } from './tool.ts';

/** The collector of otelcol/manifest.yaml, at 0.155.0. */
export const otelcol: Tool = goTool({
  name: 'otelcol',
  cost: 'about 3 min, 80 MB',
  module: 'otelcol',
  package: '.',
});

// The same tags for all of Istio's programs: their packages are compiled once. `disable_pgv`, which Istio's
// releases have, leaves out what pilot/test/xds calls.
const ISTIO = { module: 'istio', tags: 'vtprotobuf' } as const;
const ISTIO_131 = { ...ISTIO, stamp: 'istio.io/istio/pkg/version.buildVersion=1.31-eed52ebb66ad' } as const;
const ISTIO_129 = { ...ISTIO, stamp: 'istio.io/istio/pkg/version.buildVersion=1.29.1' } as const;

/** Istio 1.31's xDS, from files (istio/xdsd). */
export const xdsd: Tool = goTool({
  ...ISTIO_131,
  name: 'xdsd',
  cost: 'about 5 min, 146 MB; the other programs of Istio share its packages',
  package: './xdsd',
});

/** The same program on Istio 1.29.1's code. */
export const xdsd129: Tool = goTool({
  ...ISTIO_129,
  name: 'xdsd129',
  cost: 'about 5 min, 146 MB',
  modfile: 'istio129.mod',
  package: './xdsd',
});

export const pilotAgent: Tool = goTool({
  ...ISTIO_131,
  name: 'pilot-agent',
  cost: 'about 30 s after xdsd, 33 MB',
  package: 'istio.io/istio/pilot/cmd/pilot-agent',
});

/** The agent of Istio 1.29.1. */
export const pilotAgent129: Tool = goTool({
  ...ISTIO_129,
  name: 'pilot-agent129',
  cost: 'about 10 s after xdsd129, 33 MB',
  modfile: 'istio129.mod',
  package: 'istio.io/istio/pilot/cmd/pilot-agent',
});

export const istioctl: Tool = goTool({
  ...ISTIO_131,
  name: 'istioctl',
  cost: 'about 1 min after xdsd, 149 MB',
  package: 'istio.io/istio/istioctl/cmd/istioctl',
});

/** istiod. It wants a Kubernetes API server: only the full form of the tests in Istio runs it. */
export const pilotDiscovery: Tool = goTool({
  ...ISTIO_131,
  name: 'pilot-discovery',
  cost: 'about 20 s after xdsd, 137 MB',
  package: 'istio.io/istio/pilot/cmd/pilot-discovery',
});

/** What a Kubernetes API server says of custom resources (istio/crdcheck). */
export const crdcheck: Tool = goTool({
  ...ISTIO,
  name: 'crdcheck',
  cost: 'about 10 s after xdsd, 36 MB',
  package: './crdcheck',
});

/** Client of OCI registries, and a registry on loopback by `crane registry serve`. */
export const crane: Tool = goTool({
  name: 'crane',
  cost: 'about 20 s, 12 MB',
  module: 'registry',
  package: 'github.com/google/go-containerregistry/cmd/crane',
});

/** What a Kubernetes API server says of Deployments, Services and ConfigMaps (kubernetes/). */
export const kubecheck: Tool = goTool({
  name: 'kubecheck',
  cost: 'about 1 min, 18 MB',
  module: 'kubernetes',
  package: '.',
});

/** The API server of Kubernetes, and its client, from the module of kubecheck: staging modules and all at one version. */
const KUBERNETES = {
  module: 'kubernetes',
  stamp: 'k8s.io/component-base/version.gitVersion=v1.36.3',
} as const;

export const kubeApiserver: Tool = goTool({
  ...KUBERNETES,
  name: 'kube-apiserver',
  cost: 'about 4 min, 106 MB',
  package: 'k8s.io/kubernetes/cmd/kube-apiserver',
});

export const kubectl: Tool = goTool({
  ...KUBERNETES,
  name: 'kubectl',
  cost: 'about 30 s after kube-apiserver, 76 MB',
  package: 'k8s.io/kubernetes/cmd/kubectl',
});

/** What the API server keeps its objects in. */
export const etcd: Tool = debianTool({
  name: 'etcd',
  cost: '8 MB to fetch, 25 MB',
  package: 'etcd-server',
});

/** Parses Grafana Alloy's configuration language with Alloy's own parser. Alloy itself cannot be built from the proxy. */
export const alloysyntax: Tool = goTool({
  name: 'alloysyntax',
  cost: 'about 10 s, 6 MB',
  module: 'alloy',
  package: '.',
});

/** Promtail 3.5.7, one of the last: the stages of Alloy's loki.process come from it. */
export const promtail: Tool = goTool({
  name: 'promtail',
  cost: 'about 5 min, 110 MB',
  module: 'promtail',
  package: 'github.com/grafana/loki/v3/clients/cmd/promtail',
});

const PROMETHEUS = { package: 'prometheus', cost: 'one package for both, 19 MB to fetch, 98 MB' } as const;

export const promtool: Tool = debianTool({ ...PROMETHEUS, name: 'promtool' });
export const prometheus: Tool = debianTool({ ...PROMETHEUS, name: 'prometheus' });

/** Debian's promtool cannot read `kubernetes_sd_configs`; this one knows no other kind of discovery. */
export const promtoolKubernetes: Tool = goTool({
  name: 'promtool-kubernetes',
  cost: 'about 2 min, 60 MB',
  module: 'prometheus',
  tags: 'remove_all_sd,enable_kubernetes_sd',
  package: 'github.com/prometheus/prometheus/cmd/promtool',
});

/** Whether a file is a dashboard by Grafana's own schemas (grafana/dashcheck). */
export const dashcheck: Tool = goTool({
  name: 'dashcheck',
  cost: 'about 1 min, 20 MB',
  module: 'grafana',
  package: './dashcheck',
});

/** What `npm run tools` brings, in the order that compiles each package once. */
export const TOOLS: readonly Tool[] = [
  promtool,
  prometheus,
  promtoolKubernetes,
  dashcheck,
  crane,
  otelcol,
  kubecheck,
  alloysyntax,
  promtail,
  xdsd,
  crdcheck,
  pilotAgent,
  istioctl,
];

/** What it brings only when named: a second line of Istio, and what only the full form needs. */
export const TOOLS_ON_REQUEST: readonly Tool[] = [
  ...[etcd, kubeApiserver, kubectl, pilotDiscovery],
  ...[xdsd129, pilotAgent129],
];
