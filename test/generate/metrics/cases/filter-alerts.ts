/** Alerts on the filter. */
import { type AlertCase, ofPod, POD, type Series } from './series.ts';

export const FILTER_ALERTS: readonly AlertCase[] = [
  {
    alert: 'MeshspanConfigErrors',
    mesh: 'defaults',
    firing: { [`meshspan_config_errors{${POD}}`]: '2x60' },
    quiet: { [`meshspan_config_errors{${POD}}`]: '0x60' },
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '2', summary: 'The filter has found 2 mistakes in its configuration at shop/orders-1' },
  },
  {
    alert: 'MeshspanFilterBypassed',
    mesh: 'defaults',
    firing: bypassed('100x60'),
    quiet: bypassed('100+15x60'),
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '1', summary: 'Requests pass shop/orders-1 without the filter' },
  },
  {
    // Plain Envoy has no pod; its listeners count, but not its admin interface.
    alert: 'MeshspanFilterBypassed',
    mesh: 'defaults',
    firing: plainBypassed('edge'),
    quiet: plainBypassed('admin'),
    labels: { job: 'envoy', instance: '127.0.0.1:9901', severity: 'critical' },
    ...{ value: '1', summary: 'Requests pass 127.0.0.1:9901 without the filter' },
  },
  {
    // A proxy that never had the filter misses nothing.
    alert: 'MeshspanFilterBypassed',
    mesh: 'defaults',
    firing: bypassed('100x60'),
    quiet: { [`istio_requests_total{${POD},reporter="destination"}`]: '0+15x60' },
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '1', summary: 'Requests pass shop/orders-1 without the filter' },
  },
  {
    alert: 'MeshspanUntrustedIdentities',
    mesh: 'tenants',
    firing: { [`meshspan_untrusted{${POD}}`]: '0+30x100' },
    quiet: { [`meshspan_untrusted{${POD}}`]: '0+15x100' },
    labels: { ...ofPod, severity: 'info' },
    ...{ value: '2', summary: 'Strangers send 2 identities a second through shop/orders-1' },
  },
  {
    alert: 'MeshspanValuesRefused',
    mesh: 'defaults',
    firing: refused('0+15x100'),
    quiet: refused('0+1x100'),
    labels: { ...ofPod, severity: 'warning' },
    ...{ value: '25%', summary: '25% as many values as requests are refused at shop/orders-1' },
  },
  {
    alert: 'MeshspanValuesOverflow',
    mesh: 'defaults',
    firing: { [`meshspan_overflow{${POD}}`]: '0+15x100' },
    quiet: { [`meshspan_overflow{${POD}}`]: '7x100' },
    labels: { ...ofPod, severity: 'warning' },
    ...{ value: '1', summary: 'Values become "other" at shop/orders-1: more of them than maxDistinct' },
  },
  {
    alert: 'MeshspanFilterMemoryHigh',
    mesh: 'defaults',
    firing: { [`meshspan_memory_bytes{${POD}}`]: '67108864x60' },
    quiet: { [`meshspan_memory_bytes{${POD}}`]: '4194304x60' },
    labels: { ...ofPod, severity: 'warning' },
    ...{ value: '64Mi', summary: 'A VM of the filter has 64MiB of memory at shop/orders-1' },
  },
  {
    alert: 'MeshspanModuleNotFetched',
    mesh: 'defaults',
    firing: { [`istio_agent_wasm_remote_fetch_count{${POD},result="download_failure"}`]: '0+1x60' },
    quiet: { [`istio_agent_wasm_remote_fetch_count{${POD},result="success"}`]: '0+1x60' },
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '', summary: 'A Wasm module cannot be fetched at shop/orders-1' },
  },
  {
    // Once, before the first scrape: nothing that grows.
    alert: 'MeshspanModuleNotFetched',
    mesh: 'defaults',
    firing: { [`istio_agent_wasm_remote_fetch_count{${POD},result="manifest_failure"}`]: '1x60' },
    quiet: {
      [`istio_agent_wasm_remote_fetch_count{${POD},result="manifest_failure"}`]: '1x60',
      [`meshspan_build_info{${POD}}`]: '1x60',
    },
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '', summary: 'A Wasm module cannot be fetched at shop/orders-1' },
  },
  {
    alert: 'MeshspanModuleNotFetched',
    mesh: 'defaults',
    firing: { [`envoy_wasm_remote_load_fetch_failures{${POD}}`]: '0+1x60' },
    quiet: { [`envoy_wasm_remote_load_fetch_failures{${POD}}`]: '3x60' },
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '', summary: 'A Wasm module cannot be fetched at shop/orders-1' },
  },
  {
    alert: 'MeshspanConfigurationRejected',
    mesh: 'defaults',
    firing: { 'pilot_total_xds_rejects{namespace="istio-system",pod="istiod-0",type="lds"}': '0+1x60' },
    quiet: { 'pilot_total_xds_rejects{namespace="istio-system",pod="istiod-0",type="lds"}': '5x60' },
    labels: { namespace: 'istio-system', pod: 'istiod-0', severity: 'critical' },
    ...{ value: '20', summary: 'Proxies refuse what istiod sends them' },
  },
];

function bypassed(seen: string): Series {
  return {
    [`istio_requests_total{${POD},reporter="destination"}`]: '0+15x60',
    [`meshspan_requests{${POD}}`]: seen,
    [`meshspan_build_info{${POD},meshspan_version="0.1.0"}`]: '1x60',
  };
}

function plainBypassed(listener: string): Series {
  const envoy = 'job="envoy",instance="127.0.0.1:9901"';
  return {
    [`envoy_http_downstream_rq_total{${envoy},envoy_http_conn_manager_prefix="${listener}"}`]: '0+15x60',
    [`meshspan_requests{${envoy}}`]: '0x60',
    [`meshspan_build_info{${envoy},version="0.1.0"}`]: '1x60',
  };
}

function refused(rejected: string): Series {
  return {
    [`meshspan_requests{${POD}}`]: '0+60x100',
    [`meshspan_rejected{${POD}}`]: rejected,
    [`meshspan_ambiguous{${POD}}`]: '0x100',
  };
}
