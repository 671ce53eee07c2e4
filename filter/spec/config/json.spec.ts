import { JsonReader } from '../../assembly/config/json-reader';
import { readAndShow } from './show';

/**
 * Rows of a text and what reading it gives. as-pect compiles each `it` to a function without a closure, so a
 * table is a loop within one; the text is the message of a row that fails.
 */
function expectAll(rows: string[][]): void {
  for (let i = 0; i < rows.length; i++) expect(readAndShow(rows[i][0])).toBe(rows[i][1], rows[i][0]);
}

function numberOf(text: string): f64 {
  const json = new JsonReader(text).read();
  return json === null ? NaN : json.number;
}

function memberOf(text: string, name: string): string {
  const json = new JsonReader(text).read();
  if (json === null) return 'no JSON';
  const member = json.get(name);
  return member === null ? 'no member' : member.text;
}

describe('JsonReader: what RFC 8259 allows', () => {
  it('reads each kind of value', () => {
    expectAll([
      ['null', 'null'],
      ['true', 'true'],
      ['false', 'false'],
      ['0', '0'],
      ['"a"', '"a"'],
      ['""', '""'],
      ['[]', '[]'],
      ['{}', '{}'],
      ['[null,true,false,1,"a",[],{}]', '[null,true,false,1,"a",[],{}]'],
      ['{"a":{"b":[{"c":1}]},"d":2}', '{"a":{"b":[{"c":1}]},"d":2}'],
      ['{"":1}', '{"":1}'],
    ]);
  });

  it('passes over its four kinds of space, everywhere', () => {
    expectAll([
      [' \t\r\n1 \t\r\n', '1'],
      [' [ 1 , 2 ] ', '[1,2]'],
      ['[\n]', '[]'],
      ['{ }', '{}'],
      ['\n{\n"a"\t:\r\n1 ,\n"b" : 2\n}\n', '{"a":1,"b":2}'],
    ]);
  });

  it('reads every escape', () => {
    expectAll([
      ['"\\"\\\\\\/"', '"<22>\\/"'],
      ['"\\b\\f\\n\\r\\t"', '"<8><c><a><d><9>"'],
      ['"\\u0041\\u00e9\\u20AC"', '"A<e9><20ac>"'],
      ['"\\u0000"', '"<0>"'],
      ['"a\\nb\\nc"', '"a<a>b<a>c"'],
      ['{"\\u0061":1}', '{"a":1}'],
    ]);
  });

  it('keeps what is outside ASCII, and surrogates in pairs', () => {
    expectAll([
      ['"\u00e9\u20ac"', '"<e9><20ac>"'],
      ['"\ud83d\ude00"', '"<d83d><de00>"'],
      ['"\\ud83d\\ude00"', '"<d83d><de00>"'],
      // RFC 8259 section 8.2 leaves a lone surrogate to the reader.
      ['"\\ud83d"', '"<d83d>"'],
      ['"\x7f"', '"<7f>"'],
    ]);
  });

  it('reads numbers', () => {
    expect(numberOf('0')).toBe(0);
    expect(numberOf('-0')).toBe(0);
    expect(numberOf('7')).toBe(7);
    expect(numberOf('-12')).toBe(-12);
    expect(numberOf('4096')).toBe(4096);
    expect(numberOf('1.5')).toBe(1.5);
    expect(numberOf('-0.25')).toBe(-0.25);
    expect(numberOf('1e3')).toBe(1000);
    expect(numberOf('1E+3')).toBe(1000);
    expect(numberOf('25e-2')).toBe(0.25);
    expect(numberOf('1.5e2')).toBe(150);
    // What is rounded once is right; 0.3 times 10 is not 3.
    expect(numberOf('0.3e1')).toBe(3);
    expect(numberOf('0.57e2')).toBe(57);
    expect(numberOf('0.1')).toBe(0.1);
    expect(numberOf('0e0')).toBe(0);
    expect(numberOf('9007199254740991')).toBe(9007199254740991);
  });

  it('does not stumble over numbers beyond a double', () => {
    expect(numberOf('1e400')).toBe(Infinity);
    expect(numberOf('-1e400')).toBe(-Infinity);
    expect(numberOf('1e99999999999999999999')).toBe(Infinity);
    expect(numberOf('1e-99999999999999999999')).toBe(0);
    expect(numberOf('0e99999999999999999999')).toBe(0);
    // Exponents that 32 bits would take for 0 and 1.
    expect(numberOf('1e4294967296')).toBe(Infinity);
    expect(numberOf('1e-4294967297')).toBe(0);
    expect(numberOf('9'.repeat(400))).toBe(Infinity);
  });

  it('keeps a number as it is written', () => {
    expectAll([
      ['[1.50, -0, 1E+3]', '[1.50,-0,1E+3]'],
      ['123456789012345678901234567890', '123456789012345678901234567890'],
    ]);
  });

  it('counts the last of a repeated name, as ECMAScript does', () => {
    expect(memberOf('{"a":"1","a":"2"}', 'a')).toBe('2');
    expect(memberOf('{"a":"1"}', 'b')).toBe('no member');
  });
});

describe('JsonReader: what it refuses, and where', () => {
  it('values that are none', () => {
    expectAll([
      ['', 'line 1, column 1: expected a JSON value, got the end'],
      ['  ', 'line 1, column 3: expected a JSON value, got the end'],
      ['tru', "line 1, column 1: expected a JSON value, got 't'"],
      ['True', "line 1, column 1: expected a JSON value, got 'T'"],
      ['nul', "line 1, column 1: expected a JSON value, got 'n'"],
      ['fals', "line 1, column 1: expected a JSON value, got 'f'"],
      ['NaN', "line 1, column 1: expected a JSON value, got 'N'"],
      ['Infinity', "line 1, column 1: expected a JSON value, got 'I'"],
      ['undefined', "line 1, column 1: expected a JSON value, got 'u'"],
      ["'a'", "line 1, column 1: expected a JSON value, got '''"],
      ['// a\n1', "line 1, column 1: expected a JSON value, got '/'"],
      ['\ufeff1', "line 1, column 1: expected a JSON value, got '\ufeff'"],
      ['\u00a01', "line 1, column 1: expected a JSON value, got '\u00a0'"],
    ]);
  });

  it('what follows the value', () => {
    expectAll([
      ['1 2', "line 1, column 3: expected the end of the text, got '2'"],
      ['[] []', "line 1, column 4: expected the end of the text, got '['"],
      ['truex', "line 1, column 5: expected the end of the text, got 'x'"],
      ['{}}', "line 1, column 3: expected the end of the text, got '}'"],
      ['1\0', "line 1, column 2: expected the end of the text, got '\0'"],
    ]);
  });

  it('numbers', () => {
    expectAll([
      ['-', 'line 1, column 2: expected a digit, got the end'],
      ['-a', "line 1, column 2: expected a digit, got 'a'"],
      ['+1', "line 1, column 1: expected a JSON value, got '+'"],
      ['.5', "line 1, column 1: expected a JSON value, got '.'"],
      ['1.', 'line 1, column 3: expected a digit, got the end'],
      ['1.e1', "line 1, column 3: expected a digit, got 'e'"],
      ['1e', 'line 1, column 3: expected a digit, got the end'],
      ['1e+', 'line 1, column 4: expected a digit, got the end'],
      ['01', "line 1, column 2: expected the end of the text, got '1'"],
      ['-01', "line 1, column 3: expected the end of the text, got '1'"],
      ['0x1', "line 1, column 2: expected the end of the text, got 'x'"],
      ['1_0', "line 1, column 2: expected the end of the text, got '_'"],
    ]);
  });

  it('texts', () => {
    expectAll([
      [
        '"',
        'line 1, column 2: expected the closing quote, or an escape for a control character, got the end',
      ],
      [
        '"ab',
        'line 1, column 4: expected the closing quote, or an escape for a control character, got the end',
      ],
      [
        '"a\tb"',
        "line 1, column 3: expected the closing quote, or an escape for a control character, got '\t'",
      ],
      [
        '"a\0b"',
        "line 1, column 3: expected the closing quote, or an escape for a control character, got '\0'",
      ],
      ['"\\x"', "line 1, column 3: expected an escape of JSON, got 'x'"],
      ['"\\', 'line 1, column 3: expected an escape of JSON, got the end'],
      ['"\\u12g4"', "line 1, column 6: expected four hexadecimal digits, got 'g'"],
      ['"\\u"', `line 1, column 4: expected four hexadecimal digits, got '"'`],
      ['"\\u123', 'line 1, column 7: expected four hexadecimal digits, got the end'],
      ['"\\U0041"', "line 1, column 3: expected an escape of JSON, got 'U'"],
    ]);
  });

  it('lists', () => {
    expectAll([
      ['[', 'line 1, column 2: expected a JSON value, got the end'],
      ['[1', "line 1, column 3: expected ',' or ']', got the end"],
      ['[1,]', "line 1, column 4: expected a JSON value, got ']'"],
      ['[,1]', "line 1, column 2: expected a JSON value, got ','"],
      ['[1 2]', "line 1, column 4: expected ',' or ']', got '2'"],
      ['[1}', "line 1, column 3: expected ',' or ']', got '}'"],
    ]);
  });

  it('records', () => {
    expectAll([
      ['{', 'line 1, column 2: expected a name in quotes, got the end'],
      ['{a:1}', "line 1, column 2: expected a name in quotes, got 'a'"],
      ["{'a':1}", "line 1, column 2: expected a name in quotes, got '''"],
      ['{1:1}', "line 1, column 2: expected a name in quotes, got '1'"],
      ['{"a"}', "line 1, column 5: expected ':', got '}'"],
      ['{"a" 1}', "line 1, column 6: expected ':', got '1'"],
      ['{"a":}', "line 1, column 6: expected a JSON value, got '}'"],
      ['{"a":1,}', "line 1, column 8: expected a name in quotes, got '}'"],
      ['{"a":1 "b":2}', `line 1, column 8: expected ',' or '}', got '"'`],
      ['{"a":1', "line 1, column 7: expected ',' or '}', got the end"],
      ['{"a":1]', "line 1, column 7: expected ',' or '}', got ']'"],
    ]);
  });

  it('says the line and the column of a mistake further down', () => {
    expectAll([
      ['{\n  "a": 1,\n  "b": x\n}', "line 3, column 8: expected a JSON value, got 'x'"],
      ['[1,\r\n2,\r\n]', "line 3, column 1: expected a JSON value, got ']'"],
      ['[1,\n', 'line 2, column 1: expected a JSON value, got the end'],
      [
        '["a\nb"]',
        "line 1, column 4: expected the closing quote, or an escape for a control character, got '\n'",
      ],
    ]);
  });
});

// The reader recurses, and the VM's stack is small: what is too deep must be refused, not tried.
describe('JsonReader: sizes', () => {
  it('reads 32 levels of nesting, and refuses the 33rd before it recurses', () => {
    expect(readAndShow('['.repeat(32) + ']'.repeat(32))).toBe('['.repeat(32) + ']'.repeat(32));
    expect(readAndShow('['.repeat(33) + ']'.repeat(33))).toBe(
      "line 1, column 33: expected at most 32 levels of nesting, got '['",
    );
    expect(readAndShow('{"a":'.repeat(32) + '1' + '}'.repeat(32))).toBe(
      '{"a":'.repeat(32) + '1' + '}'.repeat(32),
    );
    expect(readAndShow('{"a":'.repeat(33) + '1' + '}'.repeat(33))).toBe(
      "line 1, column 161: expected at most 32 levels of nesting, got '{'",
    );
    expect(readAndShow('['.repeat(100_000))).toBe(
      "line 1, column 33: expected at most 32 levels of nesting, got '['",
    );
  });

  it('counts levels, not values', () => {
    expect(readAndShow('[' + '[[]],'.repeat(200) + '1]')).toBe('[' + '[[]],'.repeat(200) + '1]');
  });
});
