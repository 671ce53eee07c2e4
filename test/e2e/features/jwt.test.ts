import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';
import { createIssuer, type Issuer } from './tokens.ts';

const CLAIMS = {
  sub: 'alice',
  realm: { tenant: 'acme' },
  'https://shop.test/claim.plan': 'gold',
  aud: ['orders', 'stock'],
  level: 7,
  share: 0.5,
  admin: true,
  note: 'é',
};
const ATTRIBUTES = [
  { key: 'subject', from: [{ jwt: 'sub' }] },
  { key: 'tenant', from: [{ jwt: 'realm.tenant' }] },
  { key: 'plan', from: [{ jwt: ['https://shop.test/claim.plan'] }] },
  { key: 'audience', from: [{ jwt: 'aud.1' }] },
  { key: 'level', from: [{ jwt: 'level', type: 'number' }] },
  { key: 'share', from: [{ jwt: 'share', type: 'number' }] },
  { key: 'admin', from: [{ jwt: 'admin', type: 'boolean' }] },
  { key: 'note', from: [{ jwt: 'note' }] },
  { key: 'absent', from: [{ jwt: 'absent' }] },
  { key: 'list', from: [{ jwt: 'aud' }] },
  { key: 'object', from: [{ jwt: 'realm' }] },
];
const EXPECTED = {
  subject: 'alice',
  tenant: 'acme',
  plan: 'gold',
  audience: 'stock',
  level: '7',
  share: '0.5',
  admin: 'true',
  note: 'é',
};

describeWithEnvoy('claims of a token', (launcher) => {
  let proxy: FeatureProxy;
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await createIssuer();
    const unverified = ATTRIBUTES.map(({ key, from: [source] }) => ({
      key,
      from: [{ jwt: source?.jwt, unverified: true }],
    }));
    proxy = await startProxy(await launcher(), {
      verified: { before: [issuer.filter], configurations: [{ attributes: ATTRIBUTES }] },
      unverified: { configurations: [{ attributes: unverified }] },
      nobody: { configurations: [{ attributes: ATTRIBUTES }] },
    });
  });
  afterAll(() => proxy.stop());

  it('that jwt_authn has verified arrive', async () => {
    const authorization = await issuer.bearer(CLAIMS);
    const { status, attributes } = await proxy.see('verified', { headers: { authorization } });
    expect(status).toBe(200);
    expect(attributes).toEqual(EXPECTED);
  });

  it('that nobody has verified do not arrive', async () => {
    const authorization = await issuer.bearer(CLAIMS);
    expect((await proxy.see('nobody', { headers: { authorization } })).attributes).toEqual({});
    expect((await proxy.see('verified')).attributes).toEqual({});
  });

  it('that nobody has verified arrive with `unverified: true`', async () => {
    const authorization = await issuer.bearer(CLAIMS);
    const { attributes } = await proxy.see('unverified', { headers: { authorization } });
    expect(attributes).toEqual(EXPECTED);
  });

  it.each([
    { what: 'not of three parts', authorization: 'Bearer abc' },
    { what: 'with a payload that is no JSON', authorization: 'Bearer e30.AAAA.AAAA' },
    { what: 'of another scheme', authorization: 'Basic e30.eyJzdWIiOiJhbGljZSJ9.AAAA' },
  ])('a token $what has no claims', async ({ authorization }) => {
    const { status, attributes } = await proxy.see('unverified', { headers: { authorization } });
    expect(status).toBe(200);
    expect(attributes).toEqual({});
  });
});
