import { describe, expect, test } from 'vitest';
import { counters, exchange, startFilter } from '../filter.ts';
import type { PropertyTree } from '../proxy/properties.ts';

const peer = { connection: { uri_san_peer_certificate: 'spiffe://cluster.local/ns/shop/sa/web' } };

describe('a claim that is verified', () => {
  const claims = (payload: PropertyTree): PropertyTree => ({
    ...peer,
    metadata: { filter_metadata: { 'envoy.filters.http.jwt_authn': { payload } } },
  });
  const attribute = { key: 'user.id', from: [{ header: 'x-user' }, { header: 'x-name' }, { jwt: 'sub' }] };
  const trust = { identity: 'mesh' };
  const said: [string, string][] = [
    ['x-user', 'mallory'],
    ['x-name', 'alice'],
  ];

  test('stands above headers, and those that say otherwise go', () => {
    const filter = startFilter({ attributes: [attribute], trust });
    const { attributes, request } = exchange(filter, { headers: said, properties: claims({ sub: 'alice' }) });
    expect(attributes).toEqual({ 'user.id': 'alice', 'user.id.trust': 'rejected' });
    expect(request).toEqual([['x-name', 'alice']]);
    expect(counters(filter)).toMatchObject({ untrusted: 1, attributes_set: 1 });
  });

  test('with the same header twice: none can tell which the upstream takes', () => {
    const filter = startFilter({ attributes: [attribute], trust });
    const headers: [string, string][] = [
      ['x-user', 'alice'],
      ['x-user', 'mallory'],
    ];
    const { attributes, request } = exchange(filter, { headers, properties: claims({ sub: 'alice' }) });
    expect(attributes).toEqual({ 'user.id': 'alice', 'user.id.trust': 'rejected' });
    expect(request).toEqual([]);
  });

  test('that agrees leaves all as it is', () => {
    const filter = startFilter({ attributes: [attribute], trust });
    const { attributes, routeCleared } = exchange(filter, {
      headers: [['x-user', 'alice']],
      properties: claims({ sub: 'alice' }),
    });
    expect(attributes).toEqual({ 'user.id': 'alice' });
    expect(routeCleared).toBe(false);
    expect(counters(filter).untrusted).toBeUndefined();
  });

  test('stands above baggage too, and the member that says otherwise goes, for this request only', () => {
    const from = [{ baggage: 'user' }, { jwt: 'sub' }];
    const filter = startFilter({ attributes: [{ key: 'user.id', from }], trust });
    const said = (user: string): [string, string][] => [['baggage', `a=1,user=${user}`]];
    const properties = claims({ sub: 'alice' });
    const contradicted = exchange(filter, { headers: said('mallory'), properties });
    expect(contradicted.attributes).toEqual({ 'user.id': 'alice', 'user.id.trust': 'rejected' });
    expect(contradicted.request).toEqual([['baggage', 'a=1']]);
    const agreed = exchange(filter, { headers: said('al%69ce'), properties });
    expect(agreed.attributes).toEqual({ 'user.id': 'alice' });
    expect(agreed.request).toEqual(said('al%69ce'));
    expect(counters(filter)).toMatchObject({ untrusted: 1 });
  });

  test('that has no value leaves the place to the headers', () => {
    for (const payload of [{}, { sub: '' }, { iss: 'x' }]) {
      const filter = startFilter({ attributes: [attribute], trust });
      const { attributes } = exchange(filter, { headers: said, properties: claims(payload) });
      expect(attributes).toEqual({ 'user.id': 'mallory' });
    }
  });

  test('of a stranger counts: the token is his, and Envoy has verified it', () => {
    const filter = startFilter({ attributes: [attribute], trust: { identity: 'edge' } });
    const { attributes, request } = exchange(filter, { headers: said, properties: claims({ sub: 'alice' }) });
    expect(attributes).toMatchObject({ 'user.id': 'alice' });
    expect(request).toEqual([]);
  });

  test('is one source among others where there is no trust, or the attribute is no identity', () => {
    for (const configuration of [
      { attributes: [attribute] },
      { attributes: [{ ...attribute, identity: false }], trust },
    ]) {
      const { attributes, request } = exchange(startFilter(configuration), {
        headers: said,
        properties: claims({ sub: 'alice' }),
      });
      expect(attributes).toEqual({ 'user.id': 'mallory' });
      expect(request).toEqual(said);
    }
  });
});
