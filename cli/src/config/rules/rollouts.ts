import type { Mesh, Rollout } from '../model.ts';
import type { Finding } from '../rules.ts';
import { isOfResponse } from '../sources.ts';

type At = { readonly rollout: Rollout; readonly i: number; readonly mesh: Mesh };

/** Gradual deliveries: what they need of the rest of the file, and fields of another strategy. */
export function checkRollouts(mesh: Mesh): Finding[] {
  return mesh.rollouts.flatMap((rollout, i) => {
    const at = { rollout, i, mesh };
    return [...twice(at), ...ofStrategy(at), ...routed(at), ...watched(at), ...reached(at)];
  });
}

/** Two of them would write the same resources, and Istio would merge neither. */
function* twice({ rollout, i, mesh }: At): Iterable<Finding> {
  const first = mesh.rollouts.findIndex(({ service }) => service === rollout.service);
  if (first === i) return;
  yield {
    code: 'MESHSPAN_CONFIG_DUPLICATE',
    path: ['rollouts', i, 'service'],
    ...{ expected: 'one rollout for a service', got: `${rollout.service}, as in rollouts[${first}]` },
    mend: 'keep one of them',
  };
}

function* ofStrategy({ rollout, i }: At): Iterable<Finding> {
  const isAb = rollout.strategy === 'ab';
  if (isAb && rollout.by === undefined) {
    yield {
      ...{ code: 'MESHSPAN_CONFIG_MISSING', path: ['rollouts', i] },
      ...{ expected: 'by: whose requests get the new version', got: 'none' },
      mend: 'add by: { attribute: tenant.id, values: [acme] }',
    };
  }
  // Flagger writes the VirtualService anew at each step, and its resource has no fault (v1beta1, CanaryService).
  for (const field of isAb ? (['watch'] as const) : (['by', 'fault'] as const)) {
    if (rollout[field] === undefined) continue;
    yield {
      ...{ code: 'MESHSPAN_CONFIG_CONFLICT', path: ['rollouts', i, field], of: 'key' },
      ...{ expected: `no ${field} with the strategy ${rollout.strategy}`, got: field },
      mend: isAb
        ? 'take it away: Flagger checks, and ab is without it'
        : 'take it away, or set strategy to ab',
    };
  }
}

/** Istio routes by headers: what is in filter state only, no route can match. */
function* routed({ rollout: { by }, i, mesh }: At): Iterable<Finding> {
  const attribute = mesh.attributes.find(({ key }) => key === by?.attribute);
  if (by === undefined || attribute === undefined) return;
  const path = ['rollouts', i, 'by', 'attribute'] as const;
  if (attribute.to?.header === undefined || attribute.from.every(isOfResponse)) {
    yield {
      ...{ code: 'MESHSPAN_CONFIG_CONFLICT', path },
      expected: 'an attribute of the request with to.header: Istio routes by headers',
      got: `${by.attribute} without one`,
      mend: `add to: { header: x-${by.attribute.replaceAll(/[._]/g, '-').toLowerCase()} } to the attribute`,
    };
  }
  for (const [j, value] of by.values.entries()) {
    if (attribute.allow === undefined || attribute.allow.includes(value)) continue;
    yield {
      code: 'MESHSPAN_CONFIG_CONFLICT',
      path: ['rollouts', i, 'by', 'values', j],
      ...{ expected: `a value that ${by.attribute} can have: ${attribute.allow.join(', ')}`, got: value },
      mend: 'add it to allow of the attribute, or mend the value',
    };
  }
}

function* watched({ rollout: { watch }, i, mesh }: At): Iterable<Finding> {
  if (watch === undefined || mesh.metrics.labels.includes(watch.attribute)) return;
  yield {
    code: 'MESHSPAN_CONFIG_CONFLICT',
    path: ['rollouts', i, 'watch', 'attribute'],
    ...{ expected: 'an attribute that is a label of metrics (metrics.labels)', got: watch.attribute },
    mend: 'add it to metrics.labels',
  };
}

/** A gateway knows services by the hosts that it is asked for; those of the mesh are not among them. */
function* reached({ rollout: { gateways, hosts }, i }: At): Iterable<Finding> {
  if (gateways.length > 0 === hosts.length > 0) return;
  const [there, missing] = gateways.length > 0 ? ['gateways', 'hosts'] : ['hosts', 'gateways'];
  yield {
    ...{ code: 'MESHSPAN_CONFIG_MISSING', path: ['rollouts', i] },
    ...{ expected: `${missing} beside ${there}`, got: 'none' },
    mend: `add ${missing}, or take ${there} away`,
  };
}
