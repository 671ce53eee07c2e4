/** Alerts on the filter: it does not run, is configured wrongly, or refuses what it should take. */
import type { Mesh } from '../../config/model.ts';
import { type AlertingRule, label, PROXY, PROXY_NAME, type RuleGroup, rate } from './rule.ts';

/** The filter's own bound; only a fault of the filter or of the build gets there (docs/testing.md). */
const MEMORY_BYTES = 32 * 1024 * 1024;

export function filterAlerts(mesh: Mesh): RuleGroup {
  return {
    name: `${mesh.name}-filter-alerts`,
    about: 'Alerts on the filter.',
    rules: [
      configuration(),
      bypassed(mesh),
      ...(mesh.trust === undefined ? [] : [untrusted()]),
      refused(),
      overflow(),
      memory(),
      fetch(),
      rejected(),
    ],
  };
}

function configuration(): AlertingRule {
  return {
    alert: 'MeshspanConfigErrors',
    expr: `max by (${PROXY}) (meshspan_config_errors) > 0`,
    for: '1m',
    labels: { severity: 'critical' },
    annotations: {
      summary: `The filter has found {{ $value }} mistakes in its configuration at ${PROXY_NAME}`,
      description: 'The rules with a mistake are skipped; the others work.',
      runbook:
        "Each mistake is a line in the proxy's log with a code MESHSPAN_CONFIG_… and its place. Mend meshspan.yaml and generate it again; `meshspan validate` finds the same mistakes before.",
    },
  };
}

/**
 * FAIL_OPEN: a filter that trapped is bypassed for ever, and Envoy has no counter for that. What shows it are
 * requests that the proxy counts and the filter does not, where the filter has once run.
 */
function bypassed(mesh: Mesh): AlertingRule {
  const requests = [
    rate('envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix!="admin"}', PROXY),
    rate('istio_requests_total', PROXY),
  ];
  return {
    alert: 'MeshspanFilterBypassed',
    expr: [
      `(${requests.map((sum) => `${sum} > 0`).join(' or ')})`,
      `unless (${rate('meshspan_requests', PROXY)} > 0)`,
      `and max by (${PROXY}) (meshspan_build_info)`,
    ].join(' '),
    for: mesh.metrics.alerts.for,
    labels: { severity: 'critical' },
    annotations: {
      summary: `Requests pass ${PROXY_NAME} without the filter`,
      description:
        'The proxy serves {{ $value | humanize }} requests a second and the filter sees none of them: their spans have no attributes. With trust, headers of strangers are not removed either.',
      runbook:
        "Look for a trap in the proxy's log (wasm, Function: … failed). A restart of the proxy brings the filter back; report the stack.",
    },
  };
}

function untrusted(): AlertingRule {
  return {
    alert: 'MeshspanUntrustedIdentities',
    expr: 'proxy:meshspan_untrusted:rate5m > 1',
    for: '10m',
    labels: { severity: 'info' },
    annotations: {
      summary: `Strangers send {{ $value | humanize }} identities a second through ${PROXY_NAME}`,
      description:
        'Headers or baggage that say who a user or a tenant is came from callers that trust does not believe, or contradicted a verified claim. They were removed.',
      runbook:
        'Spans with meshspan.<key>.trust = rejected show the requests. A caller that should be believed is missing in trust.peers; others are mistaken or forge identities.',
    },
  };
}

function refused(): AlertingRule {
  return {
    alert: 'MeshspanValuesRefused',
    expr: 'proxy:meshspan_refused:ratio_rate5m > 0.05',
    for: '10m',
    labels: { severity: 'warning' },
    annotations: {
      summary: `{{ $value | humanizePercentage }} as many values as requests are refused at ${PROXY_NAME}`,
      description:
        'Values did not match the pattern of their attribute (meshspan_rejected), or a header came more than once (meshspan_ambiguous). Those attributes are missing on the spans.',
      runbook:
        'meshspan_rejected: compare the pattern with what clients send. meshspan_ambiguous: find who adds the header a second time, often a proxy in front.',
    },
  };
}

function overflow(): AlertingRule {
  return {
    alert: 'MeshspanValuesOverflow',
    expr: 'proxy:meshspan_overflow:rate5m > 0',
    for: '10m',
    labels: { severity: 'warning' },
    annotations: {
      summary: `Values become "other" at ${PROXY_NAME}: more of them than maxDistinct`,
      description: '{{ $value | humanize }} values a second, or members that baggage had no room for.',
      runbook:
        'If the values are right, raise maxDistinct of the attribute. If not, a client fills in what it likes: give the attribute a pattern or an allow list.',
    },
  };
}

function memory(): AlertingRule {
  return {
    alert: 'MeshspanFilterMemoryHigh',
    expr: `max by (${PROXY}) (meshspan_memory_bytes) > ${MEMORY_BYTES}`,
    for: '5m',
    labels: { severity: 'warning' },
    annotations: {
      summary: `A VM of the filter has {{ $value | humanize1024 }}B of memory at ${PROXY_NAME}`,
      description: 'Its own limits keep it below 32 MiB.',
      runbook: 'Restart the proxy, and report it with the configuration.',
    },
  };
}

/**
 * Istio's agent fetches the module and counts (pkg/wasm/monitoring.go); plain Envoy counts remote code itself. The agent
 * asks once, and not again by itself: of a proxy that starts without the module no scrape may see the counter grow, but
 * the filter has never told of itself there.
 */
function fetch(): AlertingRule {
  const failures = 'istio_agent_wasm_remote_fetch_count{result!="success"}';
  return {
    alert: 'MeshspanModuleNotFetched',
    expr: [
      ...[rate(failures, PROXY), rate('envoy_wasm_remote_load_fetch_failures', PROXY)].map(
        (sum) => `${sum} > 0`,
      ),
      `(sum by (${PROXY}) (${failures}) > 0 unless max by (${PROXY}) (meshspan_build_info))`,
    ].join(' or '),
    for: '1m',
    labels: { severity: 'critical' },
    annotations: {
      summary: `A Wasm module cannot be fetched at ${PROXY_NAME}`,
      description:
        'Proxies that start now run without the filter (FAIL_OPEN). The metric does not tell which module: other Wasm filters count too.',
      runbook:
        "Look at the agent's log for wasm. Usual causes: the registry cannot be reached, the pull secret is missing in the namespace, or sha256 is that of another build. The agent does not ask again by itself: change the plugin's spec, or restart the pod.",
    },
  };
}

function rejected(): AlertingRule {
  return {
    alert: 'MeshspanConfigurationRejected',
    expr: 'sum by (namespace, pod) (increase(pilot_total_xds_rejects[5m])) > 0',
    for: '1m',
    labels: { severity: 'critical' },
    annotations: {
      summary: 'Proxies refuse what istiod sends them',
      description: `istiod ${label('pod')}: {{ $value | humanize }} refusals in 5 minutes. Those proxies keep their old configuration.`,
      runbook:
        "istioctl proxy-status shows which proxies are stale; the reason is in istiod's log (ADS … NACK). Usual causes: an EnvoyFilter generated for another version (generate with the right --istio), a plugin with a mistake under strict.",
    },
  };
}
