/** MetricTemplate (flagger.app/v1beta1): the queries that Flagger decides by. */
import type { Mesh } from '../../config/model.ts';
import { metricLabel, reporter } from '../../plan/metric-labels.ts';
import { labels } from '../istio/resource.ts';
import type { YamlDocument } from '../print.ts';
import { serviceOf } from './service.ts';

export const SUCCESS_RATE = 'success-rate';
export const P99 = 'p99';

/** The template of an attribute's values. */
export function successRateBy(attribute: string): string {
  return `${SUCCESS_RATE}-by-${metricLabel(attribute).replaceAll('_', '-').toLowerCase()}`;
}

/** metadata.name of a template. */
export function templateName({ name }: Mesh, template: string): string {
  return `${name}-${template}`;
}

/** One of each kind for each namespace in which Flagger has something to do. */
export function metricTemplates(mesh: Mesh): YamlDocument[] {
  const wanted = mesh.rollouts
    .filter(({ strategy }) => strategy !== 'ab')
    .flatMap((rollout) => {
      const { namespace } = serviceOf(mesh, rollout);
      const { watch } = rollout;
      return [
        { namespace, name: SUCCESS_RATE, query: successRate(ofTarget(mesh)) },
        { namespace, name: P99, query: p99(ofTarget(mesh)) },
        ...(watch === undefined
          ? []
          : [
              {
                namespace,
                name: successRateBy(watch.attribute),
                query: successRateOf(ofTarget(mesh), watch.attribute),
              },
            ]),
      ];
    });
  const once = new Map(wanted.map((template) => [`${template.namespace}/${template.name}`, template]));
  return [...once.values()].map(({ namespace, name, query }) => ({
    value: {
      apiVersion: 'flagger.app/v1beta1',
      kind: 'MetricTemplate',
      metadata: { name: templateName(mesh, name), namespace, labels: labels(mesh) },
      spec: { provider: { type: 'prometheus', address: addressOf(mesh) }, query },
    },
  }));
}

function addressOf({ backends: { metrics } }: Mesh): string {
  return `http://${metrics.host}:${metrics.port}`;
}

/** Series of the new version. */
function ofTarget(mesh: Mesh): string {
  return `reporter=~"${reporter(mesh)}", destination_workload_namespace="{{ namespace }}", destination_workload="{{ target }}"`;
}

/** Percent of requests without a 5xx status. A version that fails all of them has the value 0, not none. */
function successRate(series: string): string {
  const all = rate(`istio_requests_total{${series}}`);
  const failed = rate(`istio_requests_total{${series}, response_code=~"5.."}`);
  return `100 * (1 -\n  (${failed} or 0 * ${all})\n  / (${all} > 0)\n)\n`;
}

/** The same of one value. Flagger takes no value for a failed check; no request of one tenant is none. */
function successRateOf(series: string, attribute: string): string {
  return `${successRate(`${series}, ${metricLabel(attribute)}="{{ variables.value }}"`)}or vector(100)\n`;
}

/** Milliseconds. */
function p99(series: string): string {
  const buckets = `istio_request_duration_milliseconds_bucket{${series}}`;
  return `histogram_quantile(0.99, sum by (le) (rate(${buckets}[{{ interval }}])))\n`;
}

function rate(series: string): string {
  return `sum(rate(${series}[{{ interval }}]))`;
}
