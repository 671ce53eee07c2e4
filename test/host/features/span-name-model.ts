/** A part of a template: the same text counts before any one part, and that before all that follow. */
type Rank = 0 | 1 | 2;

interface Template {
  readonly method: string;
  readonly path: string;
  readonly parts: readonly string[];
}

const METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
]);

/** What `spanName` is to do, said a second time and simply: tries each template, and sorts those that fit. */
export function expectedSpanName(
  templates: readonly string[],
  method: string | undefined,
  path: string | undefined,
): Record<string, string> {
  const name = method !== undefined && METHODS.has(method) ? method : 'HTTP';
  const fitting = templates
    .map(parse)
    .filter(
      (template) =>
        (template.method === '' || template.method === method) && path !== undefined && ranks(template, path),
    )
    .sort((one, two) => compare(one, two, path ?? ''));
  const [best] = fitting;
  if (best === undefined) return { span_name: name };
  return { span_name: `${best.method === '' ? name : best.method} ${best.path}`, 'http.route': best.path };
}

function parse(text: string): Template {
  const [path = '', method = ''] = text.split(' ').reverse();
  return { method, path, parts: path.slice(1).split('/') };
}

/** How each part of the path is met; undefined where the template does not fit. */
function ranks({ parts }: Template, path: string): Rank[] | undefined {
  const [plain = ''] = path.split(/[?#]/);
  if (!plain.startsWith('/')) return undefined;
  const given = plain.slice(1).split('/');
  const met: Rank[] = [];
  for (const [i, part] of parts.entries()) {
    if (part === '**' && i === parts.length - 1) return [...met, 2];
    const text = given[i];
    if (text === undefined) return undefined;
    if (part === '*' || part.startsWith('{')) {
      if (text === '') return undefined;
      met.push(1);
    } else if (part === text) {
      met.push(0);
    } else {
      return undefined;
    }
  }
  return given.length === parts.length ? met : undefined;
}

/** Part by part from the left; then one with a method before one without. */
function compare(one: Template, two: Template, path: string): number {
  const [a = [], b = []] = [ranks(one, path), ranks(two, path)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    // A template that has ended fits exactly what another's `**` stands for.
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(one.method === '') - Number(two.method === '');
}
