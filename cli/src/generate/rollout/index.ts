/** Target `rollout`: canary and blue-green by Flagger, A/B tests and faults by Istio's routes. */
import type { Mesh, Rollout } from '../../config/model.ts';
import { MeshspanError } from '../../errors.ts';
import { type YamlDocument, yamlFile } from '../print.ts';
import type { Target } from '../target.ts';
import { abTest } from './ab.ts';
import { canary } from './flagger.ts';
import { metricTemplates } from './metric-templates.ts';

export const rolloutTarget: Target = {
  name: 'rollout',
  summary: 'canary and blue-green (Flagger), A/B tests and faults (Istio), told apart in traces',
  generate(generation) {
    const { mesh } = generation;
    if (mesh.rollouts.length === 0) {
      throw new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
        ...{ expected: 'a rollout', got: 'none', where: 'meshspan.yaml: rollouts' },
        mend: 'add rollouts: [{ service: orders, strategy: canary }], or leave this target out',
      });
    }
    const templates = metricTemplates(mesh);
    return [
      ...mesh.rollouts.map((rollout) => ({
        path: `rollout/${rollout.service}.yaml`,
        text: yamlFile(titleOf(rollout), documentsOf(mesh, rollout), generation),
      })),
      ...(templates.length === 0
        ? []
        : [{ path: 'rollout/metric-templates.yaml', text: yamlFile(TEMPLATES, templates, generation) }]),
    ];
  },
};

const TEMPLATES =
  'What Flagger decides by: kubectl apply -f <this file>, before the Canaries.\nThe thresholds are in the Canaries: those of metrics.alerts.';

function titleOf({ service, strategy, versions }: Rollout): string {
  switch (strategy) {
    case 'ab':
      return `An A/B test of ${service}: kubectl apply -f <this file>, with a Deployment of either version (labels version: ${versions.stable} and version: ${versions.next}) behind one Service.`;
    case 'canary':
      return `A canary of ${service}, for Flagger 1.36 or later with Istio: kubectl apply -f <this file>, then change the Deployment.`;
    case 'blueGreen':
      return `Blue-green delivery of ${service}, for Flagger 1.36 or later with Istio: kubectl apply -f <this file>, then change the Deployment.`;
  }
}

function documentsOf(mesh: Mesh, rollout: Rollout): YamlDocument[] {
  return rollout.strategy === 'ab' ? abTest(mesh, rollout) : canary(mesh, rollout);
}
