/** Target `collector`: the OpenTelemetry Collector in one tier or in two, and its Kubernetes resources. */
import type { Mesh } from '../../config/model.ts';
import { type YamlDocument, yamlFile } from '../print.ts';
import type { Target } from '../target.ts';
import { loadBalancer, sampler, singleTier } from './configuration.ts';
import { COLLECTOR_IMAGE, tierResources, tiersOf } from './kubernetes.ts';

const TITLES = {
  collector: 'An OpenTelemetry Collector that receives spans, keeps what is worth it, and sends it on.',
  'load-balancer':
    'First tier of the OpenTelemetry Collector: sends the spans of each trace to one collector of the second tier.',
  sampler: 'Second tier of the OpenTelemetry Collector: decides which traces are kept.',
} as const;

export const collectorTarget: Target = {
  name: 'collector',
  summary: 'the OpenTelemetry Collector with tail sampling, and its Kubernetes resources',
  generate(generation) {
    const { mesh } = generation;
    const texts = Object.fromEntries(
      Object.entries(documents(mesh)).map(([name, document]) => {
        const title = `${TITLES[name as keyof typeof TITLES]}\nFor ${COLLECTOR_IMAGE}. Check it by: otelcol-contrib validate --config ${name}.yaml`;
        return [name, yamlFile(title, [literal(document)], generation)];
      }),
    );
    const title = [
      `Runs the collector in the namespace ${mesh.collector.namespace}, which has to be there.`,
      'Apply it by: kubectl apply -f kubernetes.yaml',
    ].join('\n');
    const resources = tiersOf(mesh, texts).flatMap((tier) => tierResources(mesh, tier));
    return [
      ...Object.entries(texts).map(([name, text]) => ({ path: `collector/${name}.yaml`, text })),
      { path: 'collector/kubernetes.yaml', text: yamlFile(title, resources, generation) },
    ];
  },
};

function documents(mesh: Mesh): Partial<Record<keyof typeof TITLES, YamlDocument>> {
  return mesh.collector.tiers === 1
    ? { collector: singleTier(mesh) }
    : { 'load-balancer': loadBalancer(mesh), sampler: sampler(mesh) };
}

/** The collector expands `${…}` in any text, and takes `$$` for a dollar; nothing here is meant to be expanded. */
function literal(document: YamlDocument): YamlDocument {
  return { ...document, value: JSON.parse(JSON.stringify(document.value).replaceAll('$', '$$$$')) };
}
