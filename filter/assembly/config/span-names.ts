import { RouteTemplates } from '../read/route-templates';
import { Fields, quoted } from './fields';
import { isToken } from './header-name';
import { JsonKind } from './json';
import { Plan } from './plan';
import { Code } from './problems';
import { split } from './split';

const MOST_TEMPLATES: i32 = 1000;
const MOST_PARTS: i32 = 32;

/** Templates that requests are named by: `GET /users/{id}`, `/files/**`. */
export function compileSpanNames(root: Fields, plan: Plan): void {
  if (root.json.get('spanName') === null) return;
  const list = root.list('spanName', MOST_TEMPLATES);
  if (list === null) return;
  const routes = new RouteTemplates();
  for (let i = 0; i < list.items.length; i++) {
    const item = list.items[i];
    const text = item.kind == JsonKind.Text ? item.text : '';
    const blank = text.indexOf(' ');
    const method = blank < 0 ? '' : text.substring(0, blank);
    const path = text.substring(blank + 1);
    const isRight = (blank < 0 || isToken(method)) && isTemplate(path);
    if (isRight && routes.add(method, path)) continue;
    const expected = isRight ? 'a template of another meaning' : 'a template such as GET /users/{id}';
    root.refuse(`spanName[${i}]`, expected, quoted(text));
  }
  routes.seal();
  plan.routes = routes;
}

/** A path of literal parts, `{name}`, `*`, and `**` at the end, which can stand in a span's name as it is. */
function isTemplate(path: string): bool {
  if (!path.startsWith('/')) return false;
  const parts = split(path.substring(1), '/');
  if (parts.length > MOST_PARTS) return false;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part == '*' || (part == '**' && i == parts.length - 1)) continue;
    const isNamed = part.length > 2 && part.startsWith('{') && part.endsWith('}');
    const plain = isNamed ? part.substring(1, part.length - 1) : part;
    for (let j = 0; j < plain.length; j++) {
      const c = plain.charCodeAt(j);
      // Blank, controls, quote, number sign, star, question mark, backslash, braces.
      const isSign = c == 0x22 || c == 0x23 || c == 0x2a || c == 0x3f || c == 0x5c || c == 0x7b || c == 0x7d;
      if (c <= 0x20 || c >= 0x7f || isSign) return false;
    }
  }
  return true;
}
