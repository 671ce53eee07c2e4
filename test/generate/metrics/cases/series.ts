/** Series of fixtures in promtool's words, and the labels that they have. */

/** Series by name; values in promtool's notation at 15 s: `0+15x60` is a counter that grows by one a second. */
export type Series = Readonly<Record<string, string>>;

/** Labels of a series. */
export type Labels = Readonly<Record<string, string>>;

export interface RecordCase {
  readonly record: string;
  readonly labels: Labels;
  /** After ten minutes. */
  readonly value: number;
}

export interface AlertCase {
  readonly alert: string;
  /** The fixture whose rules are tested. */
  readonly mesh: string;
  readonly firing: Series;
  /** The same kind of series, on the good side of the threshold. */
  readonly quiet: Series;
  /** Labels of the alert but for its name, severity included. */
  readonly labels: Labels;
  /** `$value` as the texts print it. */
  readonly value: string;
  readonly summary: string;
}

export const ORDERS =
  'destination_cluster="c1",destination_workload_namespace="shop",destination_workload="orders"';
export const TO_ORDERS: string = `reporter="destination",source_workload_namespace="web",source_workload="front",${ORDERS}`;
export const POD = 'job="proxies",namespace="shop",pod="orders-1",instance="10.0.0.1:15020"';
export const COLLECTOR = 'job="collector",namespace="observability",pod="otel-0",instance="10.0.0.9:8888"';
export const LISTENER = 'job="envoy",instance="127.0.0.1:9901",envoy_http_conn_manager_prefix="edge"';

export const ofOrders: Labels = {
  destination_cluster: 'c1',
  destination_workload_namespace: 'shop',
  destination_workload: 'orders',
};
export const ofEdge: Labels = { source_workload_namespace: 'web', source_workload: 'front', ...ofOrders };
export const ofPod: Labels = {
  job: 'proxies',
  namespace: 'shop',
  pod: 'orders-1',
  instance: '10.0.0.1:15020',
};
export const ofCollector: Labels = {
  job: 'collector',
  namespace: 'observability',
  pod: 'otel-0',
  instance: '10.0.0.9:8888',
};
export const ofListener: Labels = {
  job: 'envoy',
  instance: '127.0.0.1:9901',
  envoy_http_conn_manager_prefix: 'edge',
};
