import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterModule, ISTIO_NODE, PLUGIN, request, startFilter } from './filter.ts';
import { ProxyProcess } from './proxy/proxy-process.ts';

const KEY = 'a key of the platform team';

/** What a value becomes under one attribute's rules; undefined where it has none. */
function governed(rules: object, value: string): string | undefined {
  const attributes = [{ key: 'k', from: [{ header: 'h' }], ...rules }];
  const { proxy, vm, root } = startFilter({ attributes }, new ProxyProcess(ISTIO_NODE, { KEY, EMPTY: '' }));
  expect(proxy.log).toEqual([]);
  return request(vm, root, { headers: [['h', value]] }).k;
}

/** The one problem of an attribute, without what all of them end with; the attribute sets nothing. */
function problemOf(rules: object): string {
  const attributes = [{ key: 'k', from: [{ header: 'h' }], ...rules }];
  const { proxy, vm, root } = startFilter({ attributes }, new ProxyProcess(ISTIO_NODE, { KEY, EMPTY: '' }));
  expect(request(vm, root, { headers: [['h', 'plain']] })).toEqual({});
  expect(proxy.log).toHaveLength(1);
  return proxy.log[0]?.message.replace('; this attribute is skipped, the others work', '') ?? '';
}

const hmac = (value: string): string => createHmac('sha256', KEY).update(value).digest('hex');
const HASH = { algorithm: 'hmac-sha256', keyEnv: 'KEY' };

describe('rules', () => {
  test.each<[object, string, string | undefined]>([
    [{ lowercase: true }, 'Alice-É', 'alice-É'],
    [{ lowercase: false }, 'Alice', 'Alice'],
    [{ pattern: '[a-z]{1,8}' }, 'alice', 'alice'],
    [{ pattern: '[a-z]{1,8}' }, 'alice1', undefined],
    [{ pattern: '[a-z]{1,8}', default: 'none' }, 'Alice', 'none'],
    [{ pattern: '[a-z]+', lowercase: true }, 'ALICE', 'alice'],
    [{ pattern: '[a-z]{3}', maxLength: 3 }, 'alice', 'ali'],
    [{ allow: ['acme', 'globex'] }, 'globex', 'globex'],
    [{ allow: ['acme', 'globex'] }, 'initech', 'other'],
    [{ allow: ['acme'], lowercase: true }, 'ACME', 'acme'],
    [{ mask: 4 }, '4111111111111111', '************1111'],
    [{ mask: 0 }, 'alice', '*****'],
    [{ mask: 2 }, 'né😀é', '**😀é'],
    // A value that is all kept would be plain.
    [{ mask: 5 }, 'alice', '*****'],
    [{ hash: HASH }, 'alice', hmac('alice')],
    [{ hash: { ...HASH, length: 16 } }, 'alice', hmac('alice').slice(0, 16)],
    [{ hash: HASH, lowercase: true }, 'ALICE', hmac('alice')],
    [{ hash: HASH, maxLength: 10 }, 'alice', hmac('alice').slice(0, 10)],
    [{ hash: HASH, pattern: '[a-z]+' }, 'ALICE', undefined],
    [{ hash: HASH, allow: ['alice'] }, 'bob', 'other'],
  ])('%j: %s becomes %s', (rules, value, expected) => {
    expect(governed(rules, value)).toBe(expected);
  });

  test('a hash is of the whole value, also of one longer than maxLength', () => {
    expect(governed({ hash: HASH, maxLength: 64 }, 'x'.repeat(5000))).toBe(hmac('x'.repeat(5000)));
  });

  test('a hash is what node:crypto says, for any value', () => {
    const attributes = [{ key: 'k', from: [{ header: 'h' }], hash: HASH }];
    const { vm, root } = startFilter({ attributes }, new ProxyProcess(ISTIO_NODE, { KEY }));
    const text = fc.string({ minLength: 1, maxLength: 200 }).filter((value) => !/["\\]/.test(value));
    fc.assert(
      fc.property(text, (value) => {
        expect(request(vm, root, { headers: [['h', value]] }).k).toBe(hmac(value));
      }),
      { numRuns: 500 },
    );
  });

  test('a literal and the default are only cut; a variable and node metadata are governed', () => {
    const proxy = new ProxyProcess(ISTIO_NODE, { KEY, REGION: 'EU' });
    const rules = { lowercase: true, pattern: '[a-z]+', mask: 1, maxLength: 6 };
    const { vm, root } = startFilter(
      {
        attributes: [
          { key: 'default', from: [{ header: 'h' }], default: 'Nobody!', ...rules },
          { key: 'literal', from: [{ literal: 'Team 1' }], ...rules },
          { key: 'env', from: [{ env: 'REGION' }], ...rules },
          { key: 'node', from: [{ node: 'CLUSTER_ID' }], hash: HASH },
        ],
      },
      proxy,
    );
    expect(request(vm, root, {})).toEqual({
      default: 'Nobody',
      literal: 'Team 1',
      env: '*u',
      node: hmac('east'),
    });
  });

  test('one header may serve two attributes with different rules', () => {
    const from = [{ header: 'h' }];
    const { vm, root } = startFilter({
      attributes: [
        { key: 'a', from, lowercase: true },
        { key: 'b', from },
        { key: 'c', from, mask: 1 },
      ],
    });
    expect(request(vm, root, { headers: [['h', 'ABC']] })).toEqual({ a: 'abc', b: 'ABC', c: '**C' });
  });
});

describe('rules with a mistake: the attribute sets nothing, so that nothing gets out plain', () => {
  test.each([
    [{ lowercase: 'yes' }, 'TYPE at $.attributes[0].lowercase: expected true or false, got the text "yes"'],
    [
      { pattern: 'a*a' },
      'VALUE at $.attributes[0].pattern: expected a pattern of characters, classes and counts, ' +
        'got "a*a": place 1 may repeat, and accepts what place 2 does',
    ],
    [{ allow: [] }, 'VALUE at $.attributes[0].allow: expected a list of 1 to 1024 texts, got 0 items'],
    [{ allow: ['a', 1] }, 'TYPE at $.attributes[0].allow[1]: expected a text, got the number 1'],
    [
      { mask: -1 },
      'VALUE at $.attributes[0].mask: expected a whole number of characters to keep from 0 to 64, got the number -1',
    ],
    [
      { maxDistinct: 0 },
      'VALUE at $.attributes[0].maxDistinct: expected a whole number of values from 1 to 4096, got the number 0',
    ],
    [{ mask: 1, hash: HASH }, 'VALUE at $.attributes[0].mask: expected either hash or mask, got both'],
    [
      { hash: { ...HASH, algorithm: 'md5' } },
      'VALUE at $.attributes[0].hash.algorithm: expected "hmac-sha256", got "md5"',
    ],
    [
      { hash: { algorithm: 'hmac-sha256' } },
      'MISSING at $.attributes[0].hash.keyEnv: expected a text, got nothing',
    ],
    [
      { hash: { ...HASH, keyEnv: 'EMPTY' } },
      'VALUE at $.attributes[0].hash.keyEnv: expected the name of an environment variable that is set in the VM ' +
        '(environment_variables, vmConfig.env), got "EMPTY"',
    ],
    [
      { hash: { ...HASH, key: 'x' } },
      'UNKNOWN at $.attributes[0].hash.key: expected one of algorithm, keyEnv, length, got an unknown field',
    ],
    [
      { hash: { ...HASH, length: 4 } },
      'VALUE at $.attributes[0].hash.length: expected a whole number of hexadecimal digits from 8 to 64, got the number 4',
    ],
  ])('%j', (rules, expected) => {
    expect(problemOf(rules)).toBe(`MESHSPAN_CONFIG_${expected}`);
  });
});

describe('env', () => {
  test('a variable of the VM, read at configuration', () => {
    const proxy = new ProxyProcess(ISTIO_NODE, { REGION: 'eu', ODD: 'a=b', EMPTY: '' });
    const { vm, root } = startFilter(
      {
        attributes: [
          { key: 'region', from: [{ env: 'REGION' }] },
          { key: 'odd', from: [{ env: 'ODD' }] },
          { key: 'none', from: [{ env: 'EMPTY' }, { env: 'REGIO' }, { literal: 'fallback' }] },
        ],
      },
      proxy,
    );
    vm.record.start();
    expect(request(vm, root, {})).toEqual({ region: 'eu', odd: 'a=b', none: 'fallback' });
    expect(vm.record.calls).toHaveLength(3);
  });

  test('a VM without an environment', () => {
    const vm = new ProxyProcess().startVm(filterModule);
    const root = vm.createRoot(PLUGIN);
    vm.configure(root, '{"attributes":[{"key":"k","from":[{"env":"X"}]}]}');
    expect(request(vm, root, {})).toEqual({});
  });
});
