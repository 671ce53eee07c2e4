/**
 * The fields of Kiali's resource that are written, as its reference has them (kiali-operator,
 * crd-docs/cr/kiali.io_v1_kiali.yaml, and https://kiali.io/docs/configuration/kialis.kiali.io/). No module or
 * package has Kiali's definition, so this part of it stands here, and nothing that it does not name may be written.
 */
const text = { type: 'string' };
const url = { type: 'string', format: 'uri' };
const flag = { type: 'boolean' };

function fields(properties: object): object {
  return { type: 'object', additionalProperties: false, properties };
}

const aggregations = fields({
  aggregations: { type: 'array', items: fields({ display_name: text, label: text }) },
});

/** What stands in `spec` of the resource, and in config.yaml of the ConfigMap. */
export const KIALI_SETTINGS: object = fields({
  external_services: fields({
    prometheus: fields({ url }),
    grafana: fields({
      enabled: flag,
      external_url: url,
      dashboards: {
        type: 'array',
        items: fields({ name: text, variables: { type: 'object', additionalProperties: text } }),
      },
    }),
    tracing: fields({
      enabled: flag,
      provider: { enum: ['jaeger', 'tempo'] },
      internal_url: url,
      external_url: url,
      use_grpc: flag,
      tempo_config: fields({ url_format: { enum: ['', 'grafana', 'jaeger'] } }),
    }),
  }),
  kiali_feature_flags: fields({
    ui_defaults: fields({ metrics_inbound: aggregations, metrics_outbound: aggregations }),
  }),
});
