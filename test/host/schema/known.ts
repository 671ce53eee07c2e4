/**
 * What the filter minds and a JSON Schema cannot say. Each has an example that only the filter finds wrong, and
 * the filter's words for it: a difference that has other words is a mistake, in the schema or in the parser.
 */
export interface KnownDifference {
  readonly what: string;
  /** Text, as some are lost once it is parsed. */
  readonly example: string;
  /** The filter's message. */
  readonly message: RegExp;
  /** Whether a pattern has it; where the filter's words are also those for what the schema does say. */
  readonly inPattern?: (pattern: string) => boolean;
}

/** A configuration of one attribute with these fields. */
export function attribute(fields: object): object {
  return { attributes: [{ key: 'k', from: [{ header: 'h' }], ...fields }] };
}

const text = (fields: object): string => JSON.stringify(attribute(fields));
const deep = '['.repeat(40) + ']'.repeat(40);

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    what: 'a key used twice: uniqueItems compares whole items',
    example: JSON.stringify({
      attributes: [
        { key: 'k', from: [{ header: 'a' }] },
        { key: 'k', from: [{ header: 'b' }] },
      ],
    }),
    message: /\.key: expected a key used once, got "/,
  },
  {
    what: 'a condition on an attribute that is not there',
    example: text({}).replace('{', '{"sampling":{"always":[{"when":{"other":"v"}}]},'),
    message: /\.when: expected the key of an attribute that the request has, got "/,
  },
  {
    what: 'a source of the request behind one of the response',
    example: text({ from: [{ flags: true }, { header: 'h' }] }),
    message: /\.from\[\d+\]: expected sources of the request in front of those of the response/,
  },
  {
    what: 'two templates of one meaning: whatever the part is called, it is the same',
    example: JSON.stringify({ spanName: ['GET /a/{b}', 'GET /a/*'] }),
    message: /\.spanName\[\d+\]: expected a template of another meaning, got "/,
  },
  {
    what: 'two attributes that write the same',
    example: JSON.stringify({
      attributes: [
        { key: 'a', from: [{ header: 'a' }], to: { header: 'x' } },
        { key: 'b', from: [{ header: 'b' }], to: { header: 'X' } },
      ],
    }),
    message: /\.to: expected what no other attribute writes, got what [\w.-]+ writes;/,
  },
  {
    what: 'a pattern that is not 1-unambiguous',
    example: text({ pattern: 'a*a' }),
    message: /\.pattern: .*: place \d+ may repeat, and accepts what place \d+ does;/,
  },
  {
    what: 'a range of characters that goes down',
    example: text({ pattern: '[z-a]' }),
    message: /\.pattern: .*: a range that goes up, at character \d+;/,
    inPattern: (pattern) =>
      [...pattern.matchAll(/(?=(.)-\\?(.))/g)].some(([, from = '', to = '']) => from > to),
  },
  {
    what: 'a count whose last number is less than its first',
    example: text({ pattern: 'a{2,1}' }),
    message: /\.pattern: .*: a count such as \{2\}, \{2,\} or \{2,4\}, at character \d+;/,
    inPattern: (pattern) =>
      [...pattern.matchAll(/\{(\d+),(\d+)\}/g)].some(([, least, most]) => Number(least) > Number(most)),
  },
  {
    what: 'an environment variable that is not set in the VM',
    example: text({ hash: { algorithm: 'hmac-sha256', keyEnv: 'NOT_SET' } }),
    message: /\.hash\.keyEnv: expected the name of an environment variable that is set/,
  },
  {
    what: 'more than 255 different headers',
    example: text({ from: Array.from({ length: 256 }, (_, i) => ({ header: `h${i}` })) }),
    message: /at \$\.attributes: expected at most 255 different headers, got 1 more;/,
  },
  {
    what: "a source's field written twice: JSON.parse keeps the last",
    example: '{"attributes":[{"key":"k","from":[{"header":"a","header":"b"}]}]}',
    message: /\.from\[0\]: expected a record with one of .*, got a record of 2 fields;/,
  },
  {
    what: 'nesting of more than 32 levels, which no right value has: here of a field that is written twice',
    example: `{"attributes":${deep},"attributes":[]}`,
    message: /^MESHSPAN_CONFIG_JSON at \$: expected at most 32 levels of nesting/,
  },
  {
    what: 'more than 1 MiB of text',
    example: `{}${' '.repeat(1024 * 1024)}`,
    message: /^MESHSPAN_CONFIG_UNREADABLE at \$: expected at most 1048576 bytes/,
  },
];

/** The known difference that a message of the filter tells of. */
export function knownDifference(message: string, pattern?: string): KnownDifference | undefined {
  return KNOWN_DIFFERENCES.find(
    (known) =>
      known.message.test(message) &&
      (pattern === undefined || known.inPattern === undefined || known.inPattern(pattern)),
  );
}
