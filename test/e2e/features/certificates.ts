/** A mesh's certificate authority, made anew for each run, and the TLS of a listener that trusts it. */
import { webcrypto } from 'node:crypto';
// What @peculiar/x509 is made with asks for it, and does not import it.
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  type GeneralName,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { CallerTls } from '../client.ts';
import { type Json, type } from './listeners.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR = 3_600_000;

export interface Mesh {
  /** A caller whose certificate has this SPIFFE id. */
  caller(spiffeId: string): Promise<CallerTls>;
  /** A caller without a certificate. */
  readonly stranger: CallerTls;
  /** The transport socket of a listener that takes callers with and without a certificate. */
  readonly transportSocket: Json;
}

export async function createMesh(): Promise<Mesh> {
  const { keys, certificate: authority } = await createAuthority();
  const ca = authority.toString('pem');
  const issue = async (name: GeneralNameFields): Promise<{ cert: string; key: string }> => {
    const own = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      issuer: authority.subject,
      ...validity(),
      signingKey: keys.privateKey,
      publicKey: own.publicKey,
      signingAlgorithm: ALGORITHM,
      // A SPIFFE certificate has no subject: its name is the URI alone (SPIFFE X.509-SVID, section 2).
      extensions: [new SubjectAlternativeNameExtension([name], true)],
    });
    return { cert: certificate.toString('pem'), key: await pemOf(own.privateKey) };
  };
  const server = await issue({ type: 'ip', value: '127.0.0.1' });
  return {
    caller: async (spiffeId) => ({ ca, ...(await issue({ type: 'url', value: spiffeId })) }),
    stranger: { ca },
    transportSocket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': type('transport_sockets.tls.v3.DownstreamTlsContext'),
        require_client_certificate: false,
        common_tls_context: {
          tls_certificates: [
            {
              certificate_chain: { inline_string: server.cert },
              private_key: { inline_string: server.key },
            },
          ],
          validation_context: { trusted_ca: { inline_string: ca } },
        },
      },
    },
  };
}

type GeneralNameFields = Pick<GeneralName, 'type' | 'value'>;

async function createAuthority(): Promise<{ keys: webcrypto.CryptoKeyPair; certificate: X509Certificate }> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'O=cluster.local',
    ...validity(),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return { keys, certificate };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - HOUR), notAfter: new Date(now + HOUR) };
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return `-----BEGIN PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}
