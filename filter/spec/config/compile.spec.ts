import { compile } from '../../assembly/config/compile';
import { Problem } from '../../assembly/config/problems';
import { showPlan, showProblems } from './show';

/** What README promises to whoever configures nothing. */
const DEFAULTS: string =
  'user.id=meshspan.user.id, at most 256: header x-user-id | literal anonymous\n' +
  'tenant.id=meshspan.tenant.id, at most 256: header x-tenant-id\n' +
  'cluster=meshspan.cluster, at most 256: property xds/node/metadata/CLUSTER_ID | property xds/node/cluster';
const DEFAULTS_STAY: string = '; the default attributes stay in force';
const SKIPPED: string = '; this attribute is skipped, the others work';
/** An attribute that is right, to stand beside one that is wrong. */
const GOOD: string = '{"key":"good","from":[{"literal":"yes"}]}';
const GOOD_PLAN: string = 'good=meshspan.good, at most 256: literal yes';

/** The configuration compiles to the plan, with no problem. */
function expectPlan(text: string, plan: string): void {
  const problems: Problem[] = [];
  expect(showPlan(compile(text, problems))).toBe(plan, text);
  expect(showProblems(problems)).toBe('', text);
}

/** The configuration has just this problem, and the default plan comes of it. */
function expectDefaults(text: string, problem: string): void {
  const problems: Problem[] = [];
  expect(showPlan(compile(text, problems))).toBe(DEFAULTS, text);
  expect(showProblems(problems)).toBe(problem, text);
}

/** The attribute, between two that are right, has just this problem; those two stand in the plan. */
function expectSkipped(attribute: string, problem: string): void {
  const text = `{"attributes":[${GOOD},${attribute},{"key":"last","from":[{"literal":"yes"}]}]}`;
  const problems: Problem[] = [];
  expect(showPlan(compile(text, problems))).toBe(
    `${GOOD_PLAN}\nlast=meshspan.last, at most 256: literal yes`,
    attribute,
  );
  expect(showProblems(problems)).toBe(problem + SKIPPED, attribute);
}

/** A configuration of one attribute, `key` and `from` given. */
function one(more: string): string {
  return `{"attributes":[{"key":"k","from":[{"header":"h"}]${more}}]}`;
}

describe('compile: with no configuration', () => {
  it('gives the default attributes', () => {
    expectPlan('', DEFAULTS);
    expectPlan(' \n\t', DEFAULTS);
    expectPlan('{}', DEFAULTS);
  });

  it('gives none where none are asked for', () => {
    expectPlan('{"attributes":[]}', '');
  });
});

describe('compile: what is right', () => {
  it('each kind of source, in the order of the text, the default last', () => {
    expectPlan(
      '{"attributes":[{"key":"a.b_c-D9","from":[{"property":"xds.cluster_name"},{"header":"X-User-ID"},' +
        '{"node":"CLUSTER_ID"},{"literal":"Ab\\u00e9"}],"default":"none","maxLength":7}]}',
      'a.b_c-D9=meshspan.a.b_c-D9, at most 7: property xds/cluster_name | header x-user-id | ' +
        'property xds/node/metadata/CLUSTER_ID | literal Ab\u00e9 | literal none',
    );
  });

  it('the parts of a property and of a node path', () => {
    expectPlan(
      '{"attributes":[{"key":"k","from":[{"property":"request"},{"property":"a.b.c"},{"node":"LABELS.app"},{"property":".."}]}]}',
      'k=meshspan.k, at most 256: property request | property a/b/c | property xds/node/metadata/LABELS/app | property //',
    );
  });

  it('a header name in lower case', () => {
    expectPlan(
      '{"attributes":[{"key":"k","from":[{"header":"X-AZ-az-09_^`|~"}]}]}',
      'k=meshspan.k, at most 256: header x-az-az-09_^`|~',
    );
  });

  it('maxLength at its bounds, in any spelling of the number', () => {
    expectPlan(one(',"maxLength":1'), 'k=meshspan.k, at most 1: header h');
    expectPlan(one(',"maxLength":4096'), 'k=meshspan.k, at most 4096: header h');
    expectPlan(one(',"maxLength":6.4e1'), 'k=meshspan.k, at most 64: header h');
    expectPlan(one(',"maxLength":64.0'), 'k=meshspan.k, at most 64: header h');
  });

  it('a key of 128 characters', () => {
    const key = 'k'.repeat(128);
    expectPlan(
      `{"attributes":[{"key":"${key}","from":[{"header":"h"}]}]}`,
      `${key}=meshspan.${key}, at most 256: header h`,
    );
  });

  it('the last of a field that is given twice', () => {
    expectPlan(one(',"maxLength":1,"maxLength":2'), 'k=meshspan.k, at most 2: header h');
  });
});

describe('compile: the text as a whole', () => {
  it('that is not JSON', () => {
    expectDefaults(
      '{"attributes":[}',
      "MESHSPAN_CONFIG_JSON at $: expected a JSON value, got '}'; line 1, column 16" + DEFAULTS_STAY,
    );
    expectDefaults(
      '{\n  "attributes": [] oops\n}',
      "MESHSPAN_CONFIG_JSON at $: expected ',' or '}', got 'o'; line 2, column 20" + DEFAULTS_STAY,
    );
    expectDefaults(
      '{"attributes":[',
      'MESHSPAN_CONFIG_JSON at $: expected a JSON value, got the end; line 1, column 16' + DEFAULTS_STAY,
    );
  });

  it('that is not a record', () => {
    const expected = 'MESHSPAN_CONFIG_TYPE at $: expected a record, got ';
    expectDefaults('[]', expected + 'a list' + DEFAULTS_STAY);
    expectDefaults('null', expected + 'null' + DEFAULTS_STAY);
    expectDefaults('true', expected + 'true or false' + DEFAULTS_STAY);
    expectDefaults('12.50', expected + 'the number 12.50' + DEFAULTS_STAY);
    expectDefaults('"a"', expected + 'the text "a"' + DEFAULTS_STAY);
  });

  it('with `attributes` of another type', () => {
    const expected = 'MESHSPAN_CONFIG_TYPE at $.attributes: expected a list, got ';
    expectDefaults('{"attributes":{}}', expected + 'a record of 0 fields' + DEFAULTS_STAY);
    expectDefaults('{"attributes":{"a":1,"b":2}}', expected + 'a record of 2 fields' + DEFAULTS_STAY);
    expectDefaults('{"attributes":null}', expected + 'null' + DEFAULTS_STAY);
  });

  it('with a field it does not know: told, and the rest works', () => {
    const problem =
      'MESHSPAN_CONFIG_UNKNOWN at $.atributes: expected one of attributes, trust, spanName, sampling, debugWhen, traceId, output, strict, got an unknown field; ' +
      'the field is ignored; mend its name';
    expectDefaults('{"atributes":[]}', problem);
    const problems: Problem[] = [];
    expect(showPlan(compile(`{"atributes":1,"attributes":[${GOOD}]}`, problems))).toBe(GOOD_PLAN);
    expect(showProblems(problems)).toBe(problem);
  });
});

describe('compile: an attribute that is wrong is skipped, the others work', () => {
  it('another type', () => {
    expectSkipped('null', 'MESHSPAN_CONFIG_TYPE at $.attributes[1]: expected a record, got null');
    expectSkipped('[]', 'MESHSPAN_CONFIG_TYPE at $.attributes[1]: expected a record, got a list');
    expectSkipped(
      '"user.id"',
      'MESHSPAN_CONFIG_TYPE at $.attributes[1]: expected a record, got the text "user.id"',
    );
  });

  it('a field it does not know: it might have been a limit', () => {
    expectSkipped(
      '{"key":"k","from":[{"header":"h"}],"max_length":3}',
      'MESHSPAN_CONFIG_UNKNOWN at $.attributes[1].max_length: ' +
        'expected one of key, from, default, maxLength, ambiguous, identity, to, lowercase, pattern, allow, hash, mask, maxDistinct, got an unknown field',
    );
  });

  it('its key', () => {
    const path = 'at $.attributes[1].key: expected ';
    const from = '"from":[{"header":"h"}]';
    expectSkipped(`{${from}}`, `MESHSPAN_CONFIG_MISSING ${path}a text, got nothing`);
    expectSkipped(`{"key":1,${from}}`, `MESHSPAN_CONFIG_TYPE ${path}a text, got the number 1`);
    expectSkipped(`{"key":null,${from}}`, `MESHSPAN_CONFIG_TYPE ${path}a text, got null`);
    expectSkipped(
      `{"key":"",${from}}`,
      `MESHSPAN_CONFIG_VALUE ${path}a text of at least one character, got ""`,
    );
    const letters = '1 to 128 of a-z A-Z 0-9 . _ -, got ';
    // Each of the last four stands just beside a range of letters in ASCII.
    const wrong: string[] = [
      'user id',
      'user:id',
      'user/id',
      'user)',
      '\u00fcser',
      'k'.repeat(129),
      '@',
      '[',
      '`',
      '{',
    ];
    for (let i = 0; i < wrong.length; i++) {
      expectSkipped(`{"key":"${wrong[i]}",${from}}`, `MESHSPAN_CONFIG_VALUE ${path}${letters}"${wrong[i]}"`);
    }
  });

  it('a key that was used before', () => {
    expectSkipped(
      '{"key":"good","from":[{"header":"h"}]}',
      'MESHSPAN_CONFIG_VALUE at $.attributes[1].key: expected a key used once, got "good" again',
    );
  });

  it('its list of sources', () => {
    const path = 'at $.attributes[1].from: expected a list of at least one source, got ';
    expectSkipped('{"key":"k"}', `MESHSPAN_CONFIG_MISSING ${path}nothing`);
    expectSkipped('{"key":"k","from":[]}', `MESHSPAN_CONFIG_TYPE ${path}a list`);
    expectSkipped('{"key":"k","from":null}', `MESHSPAN_CONFIG_TYPE ${path}null`);
    expectSkipped('{"key":"k","from":"h"}', `MESHSPAN_CONFIG_TYPE ${path}the text "h"`);
    expectSkipped('{"key":"k","from":{"header":"h"}}', `MESHSPAN_CONFIG_TYPE ${path}a record`);
  });

  it('a source', () => {
    const path = 'at $.attributes[1].from[1]';
    const record =
      'expected a record with one of header, cookie, query, path, baggage, property, peer, node, env, literal, jwt, responseHeader, responseCode, flags, duration, got';
    const rows: string[][] = [
      ['null', `MESHSPAN_CONFIG_TYPE ${path}: ${record} null`],
      ['"h"', `MESHSPAN_CONFIG_TYPE ${path}: ${record} the text "h"`],
      ['{}', `MESHSPAN_CONFIG_TYPE ${path}: ${record} a record of 0 fields`],
      ['{"header":"a","node":"b"}', `MESHSPAN_CONFIG_TYPE ${path}: ${record} a record of 2 fields`],
      ['{"header":"a","header":"b"}', `MESHSPAN_CONFIG_TYPE ${path}: ${record} a record of 2 fields`],
      [
        '{"cookies":"a"}',
        `MESHSPAN_CONFIG_UNKNOWN ${path}.cookies: expected one of header, cookie, query, path, baggage, property, peer, node, env, literal, jwt, responseHeader, responseCode, flags, duration, got an unknown field`,
      ],
      [
        '{"property":"p","node":"n"}',
        `MESHSPAN_CONFIG_UNKNOWN ${path}.node: expected one of property, type, got an unknown field`,
      ],
      [
        '{"property":"p","type":"int"}',
        `MESHSPAN_CONFIG_VALUE ${path}.type: expected text, integer, number, boolean, timestamp or duration, got "int"`,
      ],
      [
        '{"peer":"pod"}',
        `MESHSPAN_CONFIG_VALUE ${path}.peer: expected namespace, serviceAccount or trustDomain, got "pod"`,
      ],
      [
        '{"path":"/a/**/{b}"}',
        `MESHSPAN_CONFIG_VALUE ${path}.path: expected a template with one named part, such as /tenants/{tenant}/**, got "/a/**/{b}": "**" is not at its end`,
      ],
      ['{"header":1}', `MESHSPAN_CONFIG_TYPE ${path}.header: expected a text, got the number 1`],
      ['{"property":null}', `MESHSPAN_CONFIG_TYPE ${path}.property: expected a text, got null`],
      ['{"node":[]}', `MESHSPAN_CONFIG_TYPE ${path}.node: expected a text, got a list`],
      ['{"literal":true}', `MESHSPAN_CONFIG_TYPE ${path}.literal: expected a text, got true or false`],
      [
        '{"header":""}',
        `MESHSPAN_CONFIG_VALUE ${path}.header: expected a text of at least one character, got ""`,
      ],
      [
        '{"literal":""}',
        `MESHSPAN_CONFIG_VALUE ${path}.literal: expected a text of at least one character, got ""`,
      ],
    ];
    for (let i = 0; i < rows.length; i++) {
      expectSkipped(`{"key":"k","from":[{"header":"h"},${rows[i][0]}]}`, rows[i][1]);
    }
  });

  it('its default', () => {
    const path = 'MESHSPAN_CONFIG_TYPE at $.attributes[1].default: expected a text, got ';
    expectSkipped('{"key":"k","from":[{"header":"h"}],"default":0}', `${path}the number 0`);
    expectSkipped('{"key":"k","from":[{"header":"h"}],"default":null}', `${path}null`);
    expectSkipped('{"key":"k","from":[{"header":"h"}],"default":false}', `${path}true or false`);
  });

  it('a text that no value can be, as a literal or as the default', () => {
    const path = 'MESHSPAN_CONFIG_VALUE at $.attributes[1].';
    const text = ': expected a text without control characters, quotes and backslashes, got the text ';
    expectSkipped(
      '{"key":"k","from":[{"literal":"a\\nb"},{"header":"h"}]}',
      `${path}from[0].literal${text}"a\\u000ab"`,
    );
    expectSkipped(
      '{"key":"k","from":[{"header":"h"}],"default":"\\u0085"}',
      `${path}default${text}"\\u0085"`,
    );
    expectSkipped(
      '{"key":"k","from":[{"header":"h"}],"default":"\\ud800"}',
      `${path}default${text}"\\ud800"`,
    );
  });

  it('its maxLength', () => {
    const path =
      'MESHSPAN_CONFIG_VALUE at $.attributes[1].maxLength: expected a whole number of characters from 1 to 4096, got ';
    const wrong: string[] = ['0', '-1', '4097', '1.5', '1e400', '0.9', '1e-5', '4096.5'];
    for (let i = 0; i < wrong.length; i++) {
      expectSkipped(
        `{"key":"k","from":[{"header":"h"}],"maxLength":${wrong[i]}}`,
        `${path}the number ${wrong[i]}`,
      );
    }
    expectSkipped('{"key":"k","from":[{"header":"h"}],"maxLength":"64"}', `${path}the text "64"`);
    expectSkipped('{"key":"k","from":[{"header":"h"}],"maxLength":null}', `${path}null`);
  });
});

describe('compile: several problems', () => {
  it('tells each one with its path', () => {
    const problems: Problem[] = [];
    const plan = compile(
      `{"attributes":[{"key":"a"},${GOOD},{"key":"b","from":[{"header":"h"},{"x":"y"}]},7]}`,
      problems,
    );
    expect(showPlan(plan)).toBe(GOOD_PLAN);
    expect(showProblems(problems)).toBe(
      'MESHSPAN_CONFIG_MISSING at $.attributes[0].from: expected a list of at least one source, got nothing' +
        SKIPPED +
        '\nMESHSPAN_CONFIG_UNKNOWN at $.attributes[2].from[1].x: expected one of header, cookie, query, path, baggage, property, peer, node, env, literal, jwt, responseHeader, responseCode, flags, duration, ' +
        'got an unknown field' +
        SKIPPED +
        '\nMESHSPAN_CONFIG_TYPE at $.attributes[3]: expected a record, got the number 7' +
        SKIPPED,
    );
  });

  it('leaves no attribute, and not the default ones, where all of a list are wrong', () => {
    const problems: Problem[] = [];
    expect(showPlan(compile('{"attributes":[1,2]}', problems))).toBe('');
    expect(problems.length).toBe(2);
  });
});
