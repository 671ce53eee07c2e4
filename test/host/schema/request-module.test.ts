import fc from 'fast-check';
import { expect, test } from 'vitest';

import { ISTIO_NODE, PLUGIN, requestModule } from '../filter.ts';
import { ProxyProcess } from '../proxy/proxy-process.ts';
import { ENVIRONMENT, validDocument } from './documents.ts';

/** What is told of a field that needs the response. */
const NEEDS_RESPONSE =
  /^MESHSPAN_CONFIG_VALUE at (\S+): expected what can be done before the response, got what needs it; use meshspan\.wasm; /;
/** A condition on an attribute that is skipped is a mistake too. */
const FOLLOWS = /^MESHSPAN_CONFIG_VALUE at \S+\.when: expected the key of an attribute that the request has/;

type Fields = Readonly<Record<string, unknown>>;
interface Document {
  readonly attributes?: readonly (Fields & { readonly from: readonly Fields[]; readonly to?: Fields })[];
  readonly traceId?: Fields;
  readonly strict?: boolean;
}

function configure(document: unknown): { taken: boolean; told: string[] } {
  const proxy = new ProxyProcess(ISTIO_NODE, ENVIRONMENT);
  const vm = proxy.startVm(requestModule);
  const taken = vm.configure(vm.createRoot(PLUGIN), JSON.stringify(document));
  return { taken, told: proxy.log.map(({ message }) => message) };
}

/** JSON paths of what the module is to refuse: of an attribute's sources only the first, as it is skipped then. */
function responseFields({ attributes = [], traceId }: Document): string[] {
  const paths = attributes.flatMap(({ from, to = {} }, index) => {
    const path = `$.attributes[${index}]`;
    const source = from.findIndex((fields) => responseKind(fields) !== undefined);
    if (source >= 0) return [`${path}.from[${source}].${responseKind(from[source] ?? {})}`];
    const isMetric = to.metric === true ? [`${path}.to.metric`] : [];
    return ['responseHeader' in to ? [`${path}.to.responseHeader`] : [], isMetric].flat();
  });
  return traceId === undefined ? paths : [...paths, '$.traceId.responseHeader'];
}

function responseKind(source: Fields): string | undefined {
  const isProperty = /^(response|upstream)\./.test(String(source.property));
  return isProperty
    ? 'property'
    : ['responseHeader', 'responseCode', 'flags', 'duration'].find((kind) => kind in source);
}

test('meshspan-request.wasm tells of each thing that needs the response, and of nothing else', () => {
  const counts = { right: 0, refused: 0 };
  const property = fc.property(validDocument, (document) => {
    const { taken, told } = configure(document);
    const expected = responseFields(document as Document);
    const paths = told.flatMap((message) => NEEDS_RESPONSE.exec(message)?.[1] ?? []);
    expect(paths).toEqual(expected);
    const isLax = (document as Document).strict !== true;
    expect(taken).toBe(isLax || expected.length === 0);
    const rest = told.filter((message) => !NEEDS_RESPONSE.test(message));
    expect(rest.filter((message) => expected.length === 0 || !FOLLOWS.test(message))).toEqual([]);
    counts[expected.length === 0 ? 'right' : 'refused']++;
  });
  fc.assert(property, { numRuns: 2000 });
  expect(counts.right).toBeGreaterThan(50);
  expect(counts.refused).toBeGreaterThan(300);
});
