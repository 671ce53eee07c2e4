import { expect, it } from 'vitest';
import { parseChallenges, tokenRequest } from './token.ts';

const BEARER = 'Bearer realm="https://auth.example/token",service="registry.example",error="invalid_token"';
const SCOPE = 'repository:acme/meshspan:pull,push';

it('reads a challenge, quoted or not, and several in one header', () => {
  const bearer = {
    scheme: 'bearer',
    parameters: {
      realm: 'https://auth.example/token',
      service: 'registry.example',
      error: 'invalid_token',
    },
  };
  expect(parseChallenges(BEARER)).toEqual([bearer]);
  expect(parseChallenges(`BASIC realm=plain, charset="UTF-8", ${BEARER}`)).toEqual([
    { scheme: 'basic', parameters: { realm: 'plain', charset: 'UTF-8' } },
    bearer,
  ]);
  expect(parseChallenges('Basic realm="a \\"b\\", c"')).toEqual([
    { scheme: 'basic', parameters: { realm: 'a "b", c' } },
  ]);
  expect(parseChallenges('Negotiate')).toEqual([]);
});

it('asks for a token: with a password, with an identity token, with nothing', async () => {
  const [challenge = { scheme: '', parameters: {} }] = parseChallenges(BEARER);
  const url = `https://auth.example/token?service=registry.example&scope=${encodeURIComponent(SCOPE)}`;

  const password = tokenRequest(challenge, SCOPE, { username: 'me', password: 'a:b' });
  expect([password.method, password.url, password.headers.get('authorization')]).toEqual([
    'GET',
    url,
    `Basic ${Buffer.from('me:a:b').toString('base64')}`,
  ]);

  const anonymous = tokenRequest(challenge, SCOPE, undefined);
  expect([anonymous.url, anonymous.headers.get('authorization')]).toEqual([url, null]);

  const identity = tokenRequest(challenge, SCOPE, { identityToken: 'refresh me' });
  expect([identity.method, identity.url]).toEqual(['POST', 'https://auth.example/token']);
  expect(Object.fromEntries(new URLSearchParams(await identity.text()))).toEqual({
    grant_type: 'refresh_token',
    client_id: 'meshspan',
    service: 'registry.example',
    scope: SCOPE,
    refresh_token: 'refresh me',
  });
});
