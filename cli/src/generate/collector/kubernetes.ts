/** Kubernetes resources that run the collector. */
import { createHash } from 'node:crypto';
import type { Mesh } from '../../config/model.ts';
import type { YamlDocument } from '../print.ts';
import { PORTS, type Section } from './components.ts';
import { samplerName } from './configuration.ts';

/** The distribution that has every component of these configurations, at the release they are tested with. */
export const COLLECTOR_IMAGE = 'otel/opentelemetry-collector-contrib:0.155.0';

/** One tier. */
export interface Tier {
  /** Name of its resources. */
  readonly name: string;
  /** What it is among the collectors (`app.kubernetes.io/component`). */
  readonly component: string;
  readonly replicas: number;
  /** Text of its configuration. */
  readonly configuration: string;
  readonly service: 'cluster' | 'headless';
}

/** Its ConfigMap, Deployment and Service. */
export function tierResources(mesh: Mesh, tier: Tier): YamlDocument[] {
  const { name, configuration, component } = tier;
  const { namespace } = mesh.collector;
  const labels = {
    'app.kubernetes.io/name': 'opentelemetry-collector',
    'app.kubernetes.io/instance': mesh.name,
    'app.kubernetes.io/component': component,
  };
  return [
    {
      value: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace, labels },
        data: { 'collector.yaml': configuration },
      },
    },
    deployment(mesh, tier, labels),
    tier.service === 'headless' ? headlessService(mesh, tier, labels) : clusterService(mesh, labels),
  ];
}

/**
 * Name of the Service that proxies send to: what backends.tracing calls it, if that is in the collector's
 * namespace; else that of the mesh.
 */
export function serviceName({ name, backends: { tracing }, collector }: Mesh): string {
  const [service = '', namespace] = tracing.host.split('.');
  return namespace === collector.namespace ? service : `${name}-collector`;
}

function deployment(mesh: Mesh, tier: Tier, labels: Section): YamlDocument {
  const { name, replicas, configuration } = tier;
  const value = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: mesh.collector.namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels: { ...labels, 'sidecar.istio.io/inject': 'false' },
          annotations: { 'meshspan/configuration-sha256': sha256(configuration) },
        },
        spec: {
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 10_001,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [container(mesh.collector.memoryLimit)],
          volumes: [{ name: 'configuration', configMap: { name } }],
        },
      },
    },
  };
  const comments = {
    ...(tier.component === 'collector'
      ? {
          'spec.replicas':
            'One: a second one would see a part of the spans of a trace. More need collector.tiers: 2.',
        }
      : {}),
    'spec.template.metadata.labels':
      'Without a sidecar: its spans would be about the delivery of spans, and start a trace each.',
    'spec.template.metadata.annotations': 'Another configuration makes other pods.',
    'spec.template.spec.containers.0.env':
      "Go's garbage collector works harder from here on; memory_limiter refuses data from the same size on.",
  };
  return { value, comments };
}

function container(memoryLimit: number): Section {
  const probe = { httpGet: { path: '/', port: 'health' } };
  return {
    name: 'collector',
    image: COLLECTOR_IMAGE,
    args: ['--config=/etc/collector/collector.yaml'],
    env: [{ name: 'GOMEMLIMIT', value: `${memoryLimit}MiB` }],
    ports: Object.entries(PORTS).map(([key, containerPort]) => ({ name: portName(key), containerPort })),
    readinessProbe: probe,
    livenessProbe: probe,
    resources: {
      requests: { cpu: '200m', memory: `${Math.ceil(memoryLimit / 2)}Mi` },
      limits: { memory: `${Math.ceil(memoryLimit * 1.25)}Mi` },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'configuration', mountPath: '/etc/collector', readOnly: true }],
  };
}

/** What proxies and services send to. */
function clusterService(mesh: Mesh, selector: Section): YamlDocument {
  const { tracing } = mesh.backends;
  // Proxies may have been told another port than the usual one.
  const usual = { otlp: 'otlpGrpc', 'otlp+http': 'otlpHttp', zipkin: 'zipkin' } as const;
  const told = tracing.kind in usual ? usual[tracing.kind as keyof typeof usual] : undefined;
  const isHere = serviceName(mesh) === tracing.host.split('.')[0];
  const ports = (['otlpGrpc', 'otlpHttp', 'zipkin', 'metrics'] as const).map((key) => ({
    name: portName(key),
    port: isHere && key === told ? tracing.port : PORTS[key],
    targetPort: portName(key),
    ...(key === 'otlpGrpc' ? { appProtocol: 'grpc' } : {}),
  }));
  const { namespace } = mesh.collector;
  const value = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: serviceName(mesh), namespace, labels: selector },
    spec: { selector, ports },
  };
  if (isHere && told !== undefined) return { value };
  const comment = `The proxies of this mesh do not send here: backends.tracing is ${tracing.kind}://${tracing.host}:${tracing.port}.`;
  return { value, comment };
}

/** What the first tier looks the collectors of the second one up by. */
function headlessService(mesh: Mesh, { name }: Tier, selector: Section): YamlDocument {
  const value = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: mesh.collector.namespace, labels: selector },
    spec: {
      clusterIP: 'None',
      selector,
      ports: [
        { name: portName('otlpGrpc'), port: PORTS.otlpGrpc, appProtocol: 'grpc' },
        { name: portName('metrics'), port: PORTS.metrics },
      ],
    },
  };
  return { value, comments: { 'spec.clusterIP': 'The address of each pod, not one for all.' } };
}

/** The tiers of a mesh, with the texts of their configurations. */
export function tiersOf(mesh: Mesh, configurations: Readonly<Record<string, string>>): Tier[] {
  const { name, collector } = mesh;
  const tier = (tierName: string, component: string, service: Tier['service']): Tier => ({
    ...{ name: tierName, component, service },
    replicas: collector.tiers === 1 ? 1 : collector.replicas,
    configuration: configurations[component] as string,
  });
  return collector.tiers === 1
    ? [tier(`${name}-collector`, 'collector', 'cluster')]
    : [
        tier(samplerName(mesh), 'sampler', 'headless'),
        tier(`${name}-load-balancer`, 'load-balancer', 'cluster'),
      ];
}

/** `otlpGrpc` is otlp-grpc, as names of ports have no capitals. */
function portName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
