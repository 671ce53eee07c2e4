import { describe, expect, it } from 'vitest';
import { toMesh } from '../config/load.ts';
import { parseSource } from '../config/source.ts';
import { generationFor, generationForIstio } from '../generate/target.ts';
import { attributeRoutes, needsFilter } from './attribute-route.ts';

const load = (text: string): ReturnType<typeof toMesh> => toMesh(parseSource(text, 'meshspan.yaml'));

const TEAM = 'attributes: [{ key: team, from: [{ literal: blue }] }]';
const REGION = `
attributes: [{ key: region, from: [{ env: AWS_REGION }], default: none }]
filter: { env: { AWS_REGION: { fromProxy: true } } }
`;
const APP = 'attributes: [{ key: app, from: [{ header: X-App }] }]\nfilter: { native: [app] }';

describe('an attribute that Envoy carries by itself', () => {
  it.each([
    [TEAM, { kind: 'literal', value: 'blue' }, 'blue'],
    [REGION, { kind: 'environment', name: 'AWS_REGION', default: 'none' }, '%ENVIRONMENT(AWS_REGION)%'],
    [APP, { kind: 'header', name: 'x-app' }, '%REQ(x-app)%'],
    ['attributes: [{ key: a, from: [{ literal: 100% }] }]', { kind: 'literal', value: '100%' }, '100%%'],
  ])('%s', (text, tag, log) => {
    const { mesh } = load(text);
    const routes = attributeRoutes(mesh, '1.40');
    expect(routes).toMatchObject([{ by: 'envoy', tag, log }]);
    expect(needsFilter(mesh, routes)).toBe(false);
    expect(generationFor(load(text), { istio: '1.31', envoy: '1.40' }).filterConfiguration).toBeUndefined();
  });

  it.each([
    ['a rule', 'attributes: [{ key: team, from: [{ literal: blue }], maxLength: 2 }]'],
    ['a header that nobody named native', 'attributes: [{ key: app, from: [{ header: x-app }] }]'],
    ['a variable that is not set in this file', 'attributes: [{ key: region, from: [{ env: REGION }] }]'],
    ['a condition on it', `${TEAM}\nsampling: { always: [{ when: { team: blue } }] }`],
    ['a metric', `${TEAM}\nmetrics: { labels: [team] }`],
    ['trust', 'attributes: [{ key: user.id, from: [{ literal: x }] }]\ntrust: { identity: edge }'],
  ])('but not with %s', (_, text) => {
    expect(attributeRoutes(load(text).mesh, '1.40')).toMatchObject([{ by: 'filter' }]);
  });

  it('is none of the filter, which has the others', () => {
    const loaded = load(
      'attributes: [{ key: team, from: [{ literal: blue }] }, { key: a, from: [{ header: x-a }] }]',
    );
    expect(generationFor(loaded, { istio: '1.31', envoy: '1.40' }).filterConfiguration).toEqual({
      attributes: [{ key: 'a', from: [{ header: 'x-a' }] }],
    });
  });
});

describe('proxies that cannot read filter state in a tag', () => {
  it('get the value by a private header, also where Istio decides which Envoy it is', () => {
    const loaded = load('');
    for (const generation of [
      generationFor(loaded, { istio: '1.31', envoy: '1.36' }),
      generationForIstio(loaded, { istio: '1.28', envoy: '1.40' }),
    ]) {
      expect(generation.filterConfiguration).toEqual({ output: 'header' });
      expect(generation.routes[0]).toMatchObject({ tag: { kind: 'header', name: 'x-meshspan-user.id' } });
    }
    expect(generationForIstio(loaded, { istio: '1.29', envoy: '1.36' }).routes[0]?.tag.kind).toBe(
      'filterState',
    );
  });
});
