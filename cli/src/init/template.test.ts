import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMesh } from '../config/load.ts';
import { parseSource } from '../config/source.ts';
import { type Answers, DEFAULT_ANSWERS, template } from './template.ts';

function meshOf(answers: Answers): ReturnType<typeof toMesh>['mesh'] {
  return toMesh(parseSource(template(answers), 'meshspan.yaml')).mesh;
}

describe('the file that init writes', () => {
  it('holds the answers', () => {
    const mesh = meshOf({
      ...{ name: 'shop', environment: 'staging', tracing: 'zipkin://zipkin:9411', trust: 'edge' },
      tenants: ['acme', 'globex'],
    });
    expect(mesh).toMatchObject({ name: 'shop', environment: 'staging', trust: { identity: 'edge' } });
    expect(mesh.backends.tracing).toEqual({ kind: 'zipkin', host: 'zipkin', port: 9411 });
    expect(mesh.attributes[1]?.allow).toEqual(['acme', 'globex']);
    expect(mesh.sampling.percent).toBe(10);
  });

  it('believes everybody only when told so', () => {
    expect(meshOf({ ...DEFAULT_ANSWERS, trust: 'none' }).trust).toBeUndefined();
    expect(meshOf(DEFAULT_ANSWERS).trust).toEqual({ identity: 'mesh' });
  });

  it('is valid whatever tenants are called, and holds their names', () => {
    // What the schema takes, but for the commas and blanks that separate the answers.
    const tenant = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((name) => /^[^\p{Cc}\p{Cs}"\\\s,]+$/u.test(name));
    fc.assert(
      fc.property(fc.uniqueArray(tenant, { minLength: 1, maxLength: 5 }), (tenants) => {
        expect(meshOf({ ...DEFAULT_ANSWERS, tenants }).attributes[1]?.allow).toEqual(tenants);
      }),
    );
  });

  it('has examples in its comments that are valid when they are taken in', () => {
    const text = template(DEFAULT_ANSWERS)
      .replace(
        /^(\s*)# ((?:hash| {2}env|allow|peers|spanName|sampling|filter|proxies| {2}percent| {2}always| {2}image| {2}-| {2}\{).*)$/gm,
        '$1$2',
      )
      .replace(/^# {3}sha256.*$/m, '');
    const { mesh } = toMesh(parseSource(text, 'meshspan.yaml'));
    expect(mesh.proxies).toHaveLength(3);
    expect(mesh.attributes[0]?.hash?.keyEnv).toBe('MESHSPAN_HASH_KEY');
    expect(mesh.sampling.percent).toBe(5);
    expect(mesh.filter.image).toMatch(/^oci:/);
  });
});
