/** Tokens of an issuer that Envoy trusts, and the filter that verifies them. */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type Json, type } from './listeners.ts';

const ISSUER = 'https://login.shop.test';
const ALGORITHM = 'ES256';

export interface Issuer {
  /** A signed token with these claims, as the value of `authorization`. */
  bearer(claims: JWTPayload): Promise<string>;
  /** Envoy's `jwt_authn`: a request without a token passes, one with a bad token does not. */
  readonly filter: Json;
}

export async function createIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: ALGORITHM, use: 'sig' }] };
  return {
    async bearer(claims) {
      const token = new SignJWT({ ...claims, iss: ISSUER }).setProtectedHeader({ alg: ALGORITHM });
      return `Bearer ${await token.setExpirationTime('1h').sign(privateKey)}`;
    },
    filter: {
      name: 'envoy.filters.http.jwt_authn',
      typed_config: {
        '@type': type('filters.http.jwt_authn.v3.JwtAuthentication'),
        providers: {
          login: {
            issuer: ISSUER,
            payload_in_metadata: 'payload',
            forward: true,
            local_jwks: { inline_string: JSON.stringify(keys) },
          },
        },
        rules: [
          {
            match: { prefix: '/' },
            requires: {
              requires_any: { requirements: [{ provider_name: 'login' }, { allow_missing: {} }] },
            },
          },
        ],
      },
    },
  };
}
