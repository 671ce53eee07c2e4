import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { credentialsFor } from './credentials.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshspan-docker-'));
  vi.stubEnv('DOCKER_CONFIG', folder);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const configure = (config: object | string): void =>
  writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
const auth = Buffer.from('me:a:b').toString('base64');

/** A helper on PATH: what it is asked stands in `$key`. */
function helper(name: string, script: string): void {
  const path = join(folder, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\ntest "$1" = get || exit 9\nread -r key\n${script}\n`);
  chmodSync(path, 0o755);
}

it.each([
  ['a host', 'ghcr.io', { auths: { 'ghcr.io': { auth } } }, { username: 'me', password: 'a:b' }],
  ['a URL', 'ghcr.io', { auths: { 'https://ghcr.io/v1/': { auth } } }, { username: 'me', password: 'a:b' }],
  [
    'Docker Hub',
    'docker.io',
    { auths: { 'https://index.docker.io/v1/': { auth } } },
    { username: 'me', password: 'a:b' },
  ],
  [
    'a host with a port',
    'a:5000',
    { auths: { a: { auth }, 'a:5000': { identitytoken: 't', auth } } },
    { identityToken: 't' },
  ],
  ['a bearer token', 'a.b', { auths: { 'a.b': { registrytoken: 't' } } }, { registryToken: 't' }],
  ['another host', 'b.c', { auths: { 'a.b.c': { auth }, 'b.c.d': { auth } } }, undefined],
])('config.json with %s', async (_name, registry, config, credentials) => {
  configure(config);
  expect(await credentialsFor(registry)).toEqual(credentials);
});

it('nothing where there is no config.json', async () => {
  expect(await credentialsFor('ghcr.io')).toBeUndefined();
});

it("the registry's own helper goes before the general one, and that before the file", async () => {
  helper('own', 'echo "{\\"Username\\":\\"own\\",\\"Secret\\":\\"$key\\"}"');
  helper('general', 'echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"$key\\"}"');
  configure({ credHelpers: { 'a.b': 'own' }, credsStore: 'general', auths: { 'c.d': { auth } } });
  expect(await credentialsFor('a.b')).toEqual({ username: 'own', password: 'a.b' });
  expect(await credentialsFor('c.d')).toEqual({ identityToken: 'c.d' });
  expect(await credentialsFor('docker.io')).toEqual({ identityToken: 'https://index.docker.io/v1/' });
});

it('the file, where a helper has nothing', async () => {
  helper('empty', 'echo "credentials not found in native keychain"; exit 1');
  configure({ credsStore: 'empty', auths: { 'c.d': { auth } } });
  expect(await credentialsFor('c.d')).toEqual({ username: 'me', password: 'a:b' });
});

it('a helper that fails or is missing, and a file that is no JSON, are told', async () => {
  helper('locked', 'echo "the keychain is locked"; exit 1');
  configure({ credsStore: 'locked' });
  await expect(credentialsFor('c.d')).rejects.toMatchObject({
    code: 'MESHSPAN_ERR_COMMAND_FAILED',
    got: '1: the keychain is locked',
  });
  configure({ credsStore: 'missing' });
  await expect(credentialsFor('c.d')).rejects.toMatchObject({ code: 'MESHSPAN_ERR_COMMAND_FAILED' });
  configure('{"auths": {"c.d": {"password": "secret"}');
  const error: unknown = await credentialsFor('c.d').catch((error: unknown) => error);
  expect(error).toMatchObject({ code: 'MESHSPAN_ERR_OPTION_INVALID' });
  expect((error as Error).message).not.toContain('secret');
});
