/** The routes of a ServiceProfile, held against the filter: the same request gets the same name from both. */
import { profileRoutes } from '@meshspan/cli/generate/linkerd/routes.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exchange, startFilter } from '../../host/filter.ts';

/** As linkerd2-proxy does it (service_profiles): the first route whose method and whole path match. */
function ofLinkerd(templates: readonly string[], method: string, path: string): string | undefined {
  const route = profileRoutes(templates).find(
    ({ condition }) =>
      (condition.method === undefined || condition.method === method) &&
      new RegExp(`^${condition.pathRegex}$`).test(path),
  );
  return route?.name;
}

function ofFilter(templates: readonly string[], method: string, path: string): Record<string, string> {
  const filter = startFilter({ attributes: [], spanName: templates });
  return exchange(filter, {
    headers: [
      [':method', method],
      [':path', path],
    ],
  }).attributes;
}

function expectTheSame(templates: readonly string[], method: string, path: string): void {
  const { span_name, 'http.route': route } = ofFilter(templates, method, path);
  const name = ofLinkerd(templates, method, path);
  // A template without a method is a route of that name; the filter puts the request's method in front.
  expect(name).toBe(templates.includes(span_name ?? '') ? span_name : route);
}

const part = fc.constantFrom('a', 'b', 'a.b', '{x}');
const template = fc
  .tuple(fc.constantFrom('', 'GET ', 'POST '), fc.array(part, { maxLength: 3 }), fc.boolean())
  .map(([method, parts, rest]) => `${method}/${[...parts, ...(rest ? ['**'] : [])].join('/')}`);
const path = fc
  .array(fc.constantFrom('a', 'b', 'a.b', 'axb', 'c', ''), { maxLength: 4 })
  .map((parts) => `/${parts.join('/')}`);

it('are those of the filter for any templates and paths', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(template, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('GET', 'POST', 'PUT'),
      path,
      expectTheSame,
    ),
    { numRuns: 2000 },
  );
});
