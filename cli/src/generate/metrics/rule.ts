/** Rules of Prometheus, and the pieces of PromQL that they are made of. */

/** A series that Prometheus records. Named `level:metric:operations` (Prometheus, "Recording rules"). */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** An alert. Texts are templates of Prometheus (`{{ $labels.pod }}`, `{{ $value | humanize }}`). */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: 'critical' | 'warning' | 'info'; readonly attribute?: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    /** What to look at, and what to do. */
    readonly runbook: string;
  };
}

/** Rules that are evaluated one after the other, so that each sees what those before it recorded. */
export interface RuleGroup {
  readonly name: string;
  /** What the group is, for the comment in front of it. */
  readonly about: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

/** The window of every rate. At least four scrapes, so that a missed one leaves no gap. */
export const WINDOW = '5m';

/** One proxy, in Kubernetes (pod) and elsewhere (instance). */
export const PROXY = 'job, namespace, pod, instance';

/** `sum by (labels) (rate(selector[5m]))`; without labels one sum of all. */
export function rate(selector: string, by = ''): string {
  return by === '' ? `sum(rate(${selector}[${WINDOW}]))` : `sum by (${by}) (rate(${selector}[${WINDOW}]))`;
}

/** The share of `part` in `whole`: 0 where the part has no series yet, and nothing where there is no traffic. */
export function share(part: string, whole: string): string {
  return `(${part} or 0 * ${whole}) / (${whole} > 0)`;
}

/** A percentile of a histogram, such as 0.99. */
export function quantile(q: number, buckets: string): string {
  return `histogram_quantile(${q}, ${buckets})`;
}

/** A label of Prometheus in the text of an alert. */
export function label(name: string): string {
  return `{{ $labels.${name} }}`;
}

/** A proxy in the text of an alert: its pod, or its address where it has none. */
export const PROXY_NAME =
  '{{ if $labels.pod }}{{ $labels.namespace }}/{{ $labels.pod }}{{ else }}{{ $labels.instance }}{{ end }}';
