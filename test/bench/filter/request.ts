/** What the client sends. wrk adds `host`, which counts as one of the headers. */

/** Headers of a request by name. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** A usual small call between services: eight headers, two of them read by the filters. */
export const USUAL: RequestHeaders = {
  'user-agent': 'bench/1.0',
  accept: 'application/json',
  'accept-encoding': 'gzip, br',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'x-request-id': '5e0b7d1c-4b1c-9c3e-a0de-000000000001',
  'x-user-id': 'alice-0001',
  'x-tenant-id': 'acme',
};

/** What is asked for where the path counts. */
export const FEATURE_PATH = '/orders/4711/items/3';

/** Most attributes that a variant reads, each from a header of its own. */
export const MOST_ATTRIBUTES = 12;

/** Sixteen headers, twelve of them for attributes. */
export const MANY_ATTRIBUTES: RequestHeaders = {
  'user-agent': 'bench/1.0',
  accept: 'application/json',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ...Object.fromEntries(
    Array.from({ length: MOST_ATTRIBUTES }, (_, index) => [attributeHeader(index + 1), `value-${index + 1}`]),
  ),
};

/** Header of the n-th attribute, counted from 1. */
export function attributeHeader(number: number): string {
  return `x-attribute-${number}`;
}

/** The usual call, made `count` headers long by headers that no filter reads. */
export function withHeaders(count: number): RequestHeaders {
  const missing = count - 1 - Object.keys(USUAL).length;
  const padding = Array.from({ length: missing }, (_, index) => [
    `x-padding-${index + 1}`,
    'twenty characters ..',
  ]);
  return { ...Object.fromEntries(padding), ...USUAL };
}
