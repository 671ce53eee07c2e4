/** Which containers of which pods are read, and the labels of their streams; the same for Alloy and Promtail. */

/** A rule of relabelling (Prometheus `relabel_config`). */
export interface RelabelRule {
  readonly source_labels: readonly string[];
  readonly regex?: string;
  readonly separator?: string;
  readonly action?: 'keep';
  readonly target_label?: string;
}

const META = '__meta_kubernetes';

/** Only the proxies' containers, and what their streams are called after. */
export function podLabels(container: string): RelabelRule[] {
  const copy = (source: string, target_label: string): RelabelRule => ({
    source_labels: [`${META}_${source}`],
    target_label,
  });
  return [
    { source_labels: [`${META}_pod_container_name`], regex: container, action: 'keep' },
    copy('namespace', 'namespace'),
    copy('pod_name', 'pod'),
    copy('pod_container_name', 'container'),
    {
      // The service as Istio calls it, or else the label app: the first of them that there is.
      source_labels: [`${META}_pod_label_service_istio_io_canonical_name`, `${META}_pod_label_app`],
      separator: ';',
      regex: '^;*([^;]+)(;.*)?$',
      target_label: 'service',
    },
  ];
}

/** A query of Loki for the records among what the containers print. */
export function recordSelector(container: string, mark: string): string {
  return `{container=${JSON.stringify(container)}} |= ${JSON.stringify(mark)}`;
}
