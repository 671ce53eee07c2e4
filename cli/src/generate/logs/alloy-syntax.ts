/** The configuration language of Grafana Alloy (`github.com/grafana/alloy/syntax`), as `alloy fmt` prints it. */

/** A value: text, a list, an object, or an expression as it is. */
export type AlloyValue =
  | string
  | { readonly expression: string }
  | readonly AlloyValue[]
  | { readonly entries: Readonly<Record<string, AlloyValue>> };

/** `name "label" { … }`. */
export interface AlloyBlock {
  readonly name: string;
  readonly label?: string;
  readonly comment?: string;
  readonly attributes?: Readonly<Record<string, AlloyValue>>;
  readonly blocks?: readonly AlloyBlock[];
}

/** Blocks as text, an empty line between them. */
export function alloyText(blocks: readonly AlloyBlock[]): string {
  return blocks.map((block) => `${blockLines(block).join('\n')}\n`).join('\n');
}

function blockLines({ name, label, comment, attributes = {}, blocks = [] }: AlloyBlock): string[] {
  const head = label === undefined ? name : `${name} ${JSON.stringify(label)}`;
  const body = [assignments(Object.entries(attributes)), ...blocks.map((block) => blockLines(block))].filter(
    (lines) => lines.length > 0,
  );
  return [
    ...(comment === undefined ? [] : comment.split('\n').map((line) => `// ${line}`)),
    ...(body.length === 0
      ? [`${head} { }`]
      : [`${head} {`, ...indented(body.flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]))), '}']),
  ];
}

/** `key = value` with the signs below each other; a value of several lines stands for itself. */
function assignments(entries: readonly (readonly [string, AlloyValue])[], end = ''): string[] {
  const isLong = (value: AlloyValue): boolean => valueLines(value).length > 1;
  const width = Math.max(0, ...entries.filter(([, value]) => !isLong(value)).map(([key]) => key.length));
  return entries.flatMap(([key, value]) => {
    const [first, ...rest] = valueLines(value);
    const lines = [`${isLong(value) ? key : key.padEnd(width)} = ${first}`, ...rest];
    return [...lines.slice(0, -1), `${lines.at(-1)}${end}`];
  });
}

function valueLines(value: AlloyValue): string[] {
  // A text of JSON is one of Alloy: both have the escapes of C.
  if (typeof value === 'string') return [JSON.stringify(value)];
  if (isList(value)) return [`[${value.map((item) => valueLines(item).join('\n')).join(', ')}]`];
  if ('expression' in value) return [value.expression];
  return ['{', ...indented(assignments(Object.entries(value.entries), ',')), '}'];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `\t${line}`));
}

function isList(value: AlloyValue): value is readonly AlloyValue[] {
  return Array.isArray(value);
}
