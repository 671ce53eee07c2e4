import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { FOLLOWED } from './listeners.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const ALL = { header: 'x-user-id', baggage: 'user', responseHeader: 'x-user-id', metric: true };
const USER = { key: 'user.id', from: [{ header: 'x-user' }], maxLength: 8 };

describeWithEnvoy('sinks', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const listener = (to: object) => ({ configurations: [{ attributes: [{ ...USER, to }] }] });
    proxy = await startProxy(await launcher(), {
      header: listener({ header: 'x-user-id' }),
      // The header that is read is the one that is written.
      same: listener({ header: 'x-user' }),
      baggage: listener({ baggage: true }),
      member: listener({ baggage: 'user' }),
      answer: listener({ responseHeader: 'x-user-id' }),
      all: { ...listener(ALL), routes: [FOLLOWED] },
    });
  });
  afterAll(() => proxy.stop());

  it.each([
    { what: 'is set', sent: { 'x-user': 'alice' }, got: ['alice'] },
    { what: 'takes the place of another', sent: { 'x-user': 'alice', 'x-user-id': 'eve' }, got: ['alice'] },
    {
      what: 'takes the place of several',
      sent: { 'x-user': 'alice', 'x-user-id': ['alice', 'eve'] },
      got: ['alice'],
    },
    { what: 'is removed where there is no value', sent: { 'x-user-id': 'eve' }, got: undefined },
    { what: 'is governed', sent: { 'x-user': 'alice-in-wonderland' }, got: ['alice-in'] },
  ])('the header for the upstream $what', async ({ sent, got }) => {
    const { status, attributes, upstream } = await proxy.see('header', { headers: sent });
    expect(status).toBe(200);
    expect(upstream['x-user-id']).toEqual(got);
    expect(attributes).toEqual(got === undefined ? {} : { 'user.id': got[0] });
  });

  it('the header that is read can be the one that is written', async () => {
    const { upstream } = await proxy.see('same', { headers: { 'x-user': 'alice-in-wonderland' } });
    expect(upstream['x-user']).toEqual(['alice-in']);
  });

  it.each([
    { what: 'without baggage', listener: 'member', sent: undefined, got: ['user=alice'] },
    { what: 'named as the attribute', listener: 'baggage', sent: undefined, got: ['user.id=alice'] },
    { what: 'beside others', listener: 'member', sent: 'a=1,b=2;p=3', got: ['a=1,b=2;p=3,user=alice'] },
    {
      what: 'several headers become one',
      listener: 'member',
      sent: ['a=1', 'b=2'],
      got: ['a=1,b=2,user=alice'],
    },
  ])('the member of baggage: $what', async ({ listener, sent, got }) => {
    const headers = { 'x-user': 'alice', ...(sent === undefined ? {} : { baggage: sent }) };
    const { upstream } = await proxy.see(listener, { headers });
    expect(upstream.baggage).toEqual(got);
  });

  it('the member of baggage takes the place of the one that was there', async () => {
    const { upstream } = await proxy.see('member', {
      headers: { 'x-user': 'alice', baggage: 'user=eve,a=1' },
    });
    expect(membersOf(upstream.baggage)).toEqual(['a=1', 'user=alice']);
  });

  it('the member of baggage is removed where there is no value, and percent-encoded where it must', async () => {
    const { upstream: without } = await proxy.see('member', { headers: { baggage: 'user=eve,a=1' } });
    expect(without.baggage).toEqual(['a=1']);
    const name = Buffer.from('é, ;"%').toString('latin1');
    const { upstream } = await proxy.see('member', { headers: { 'x-user': name } });
    const [member = ''] = upstream.baggage ?? [];
    expect(member).toMatch(/^user=[!#-+\--:<-[\]-~]+$/);
    // A quote is made safe first.
    expect(decodeURIComponent(member.slice('user='.length))).toBe("é, ;'%");
  });

  it('no member more than 64, none beyond 8,192 bytes; what does not fit is counted', async () => {
    const before = await proxy.count('meshspan_overflow');
    const many = Array.from({ length: 64 }, (_, index) => `m${index}=1`).join(',');
    const long = `m=${'x'.repeat(8185)}`;
    for (const baggage of [many, long]) {
      const { upstream, attributes } = await proxy.see('member', { headers: { 'x-user': 'alice', baggage } });
      expect(upstream.baggage).toEqual([baggage]);
      expect(attributes).toEqual({ 'user.id': 'alice' });
    }
    expect(await proxy.count('meshspan_overflow')).toBe(before + 2);
  });

  it.each(['/', '/status/404', '/direct', '/down'])("the answer's header: %s", async (path) => {
    const { headers } = await proxy.see('answer', { path, headers: { 'x-user': 'alice' } });
    expect(headers['x-user-id']).toBe('alice');
    const without = await proxy.see('answer', { path });
    expect(without.headers).not.toHaveProperty('x-user-id');
  });

  it.each(['/', '/status/302'])('all of them at once: %s', async (path) => {
    const seen = await proxy.see('all', { path, headers: { 'x-user': 'alice' } });
    const { status, headers, upstream, attributes } = seen;
    expect(status).toBe(200);
    expect(attributes).toEqual({ 'user.id': 'alice' });
    expect(headers['x-user-id']).toBe('alice');
    expect(upstream).toMatchObject({ 'x-user-id': ['alice'], baggage: ['user=alice'] });
  });
});

function membersOf(headers: readonly string[] | undefined): string[] {
  return (headers ?? []).flatMap((header) => header.split(',')).sort();
}
