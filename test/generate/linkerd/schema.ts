/**
 * ServiceProfile as Linkerd's CustomResourceDefinition has it (linkerd2, charts/linkerd-crds, v1alpha2), as far as
 * meshspan writes it. Taken by hand: no release of the Go module with the definition is to be had from the proxy.
 */
const condition = {
  type: 'object',
  properties: {
    method: { type: 'string', pattern: '^[A-Z]+$' },
    pathRegex: { type: 'string', minLength: 1 },
  },
  additionalProperties: false,
  minProperties: 1,
};

export const SERVICE_PROFILE: object = {
  type: 'object',
  properties: {
    apiVersion: { const: 'linkerd.io/v1alpha2' },
    kind: { const: 'ServiceProfile' },
    metadata: {
      type: 'object',
      properties: {
        // The whole name of the service, which is how Linkerd finds it.
        name: { type: 'string', pattern: '^[a-z0-9-]+\\.[a-z0-9-]+\\.svc\\.cluster\\.local$' },
        namespace: { type: 'string' },
        labels: { type: 'object' },
      },
      required: ['name', 'namespace'],
      additionalProperties: false,
    },
    spec: {
      type: 'object',
      properties: {
        routes: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            properties: { name: { type: 'string' }, condition },
            required: ['condition', 'name'],
            additionalProperties: false,
          },
        },
      },
      required: ['routes'],
      additionalProperties: false,
    },
  },
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  additionalProperties: false,
};
