/** spanName as routes of a ServiceProfile: the first one that fits counts there, the most specific one here. */

/** A route of a ServiceProfile (linkerd.io/v1alpha2, RouteSpec). */
export interface ProfileRoute {
  /** Label rt_route of Linkerd's metrics: the template. */
  readonly name: string;
  /** Both must hold. Linkerd matches the whole path, without its query. */
  readonly condition: { readonly method?: string; readonly pathRegex: string };
}

/** Routes in the order in which the first that fits is the one that the filter would take (docs/filter.md). */
export function profileRoutes(templates: readonly string[]): ProfileRoute[] {
  return templates
    .map((template) => {
      const [path = '', method] = template.split(' ').reverse();
      return { name: template, method, parts: path.slice(1).split('/') };
    })
    .toSorted((a, b) => compare(a.parts, b.parts) || rankOfMethod(a.method) - rankOfMethod(b.method))
    .map(({ name, method, parts }) => ({
      name,
      condition: { ...(method === undefined ? {} : { method }), pathRegex: regexOf(parts) },
    }));
}

/** Part by part from the left: the end, a literal, `{name}` or `*`, `**` at the end. */
function compare(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = rank(a, i) - rank(b, i);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(parts: readonly string[], i: number): number {
  const part = parts[i];
  if (part === undefined) return 0;
  if (isRest(parts, i)) return 3;
  return isAny(part) ? 2 : 1;
}

function rankOfMethod(method: string | undefined): number {
  return method === undefined ? 1 : 0;
}

function regexOf(parts: readonly string[]): string {
  const pieces = parts.map((part, i) => {
    // Two stars also stand for nothing: /files/** is /files too, but not /filesystem.
    if (isRest(parts, i)) return i === 0 ? '/.*' : '(?:/.*)?';
    return `/${isAny(part) ? '[^/]+' : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`;
  });
  return pieces.join('');
}

function isRest(parts: readonly string[], i: number): boolean {
  return parts[i] === '**' && i === parts.length - 1;
}

function isAny(part: string): boolean {
  return part === '*' || part.startsWith('{');
}
