/**
 * Conditions and values in the Common Expression Language as Envoy's formatter `%CEL(…)%` takes them. Envoy
 * builds its CEL without concatenation of strings, `substring` and large regular expressions
 * (source/extensions/filters/common/expr/evaluator.cc), so a value is put together of several operators.
 */

/** A request header's value. CEL fails where the header is absent: ask `has` first. */
export function header(name: string): string {
  return `request.headers['${name}']`;
}

/** Whether a request has the header. */
export function has(name: string): string {
  return `'${name}' in request.headers`;
}

export function not(condition: string): string {
  return `!(${condition})`;
}

export function all(...conditions: readonly string[]): string {
  return conditions.join(' && ');
}

export function any(...conditions: readonly string[]): string {
  return `(${conditions.join(' || ')})`;
}

/** Whether a text has one of these lengths. */
export function hasLength(text: string, ...lengths: readonly number[]): string {
  return any(...lengths.map((length) => `size(${text}) == ${length}`));
}

/** Whether the whole text matches. */
export function matches(text: string, pattern: string): string {
  return `${text}.matches('^${pattern}$')`;
}

/** The operator that writes `value`, a CEL expression, where the condition holds, else nothing. */
export function writeWhen(condition: string, value: string): string {
  return `%CEL((${condition}) ? (${value}) : (''))%`;
}

/** A text as a CEL expression. */
export function text(value: string): string {
  return `'${value}'`;
}
