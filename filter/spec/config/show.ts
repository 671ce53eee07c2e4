import { Bytes } from '../../assembly/abi/host';
import { Json, JsonKind } from '../../assembly/config/json';
import { JsonReader } from '../../assembly/config/json-reader';
import { Plan, Source, SourceKind } from '../../assembly/config/plan';
import { Problem } from '../../assembly/config/problems';

/** A JSON text read and written again, so that a spec compares one string; why it was refused, else. */
export function readAndShow(text: string): string {
  const reader = new JsonReader(text);
  const json = reader.read();
  if (json === null) return `${reader.where()}: expected ${reader.expected}, got ${reader.found()}`;
  return showJson(json);
}

function showJson(json: Json): string {
  if (json.kind == JsonKind.Null) return 'null';
  if (json.kind == JsonKind.Boolean) return json.truth ? 'true' : 'false';
  if (json.kind == JsonKind.Number) return json.text;
  if (json.kind == JsonKind.Text) return showText(json.text);
  const parts: string[] = [];
  for (let i = 0; i < json.items.length; i++) {
    const name = json.kind == JsonKind.Record ? `${showText(json.names[i])}:` : '';
    parts.push(name + showJson(json.items[i]));
  }
  const inner = parts.join(',');
  return json.kind == JsonKind.Record ? `{${inner}}` : `[${inner}]`;
}

/** All but ASCII letters, digits and signs as `<code unit in hexadecimal>`. */
function showText(text: string): string {
  let shown = '';
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    shown += c > 0x20 && c < 0x7f && c != 0x22 ? String.fromCharCode(c) : `<${c.toString(16)}>`;
  }
  return `"${shown}"`;
}

/** One line for each attribute: `key=state key, at most N: source | source`. */
export function showPlan(plan: Plan): string {
  const lines: string[] = [];
  for (let i = 0; i < plan.attributes.length; i++) {
    const attribute = plan.attributes[i];
    const sources: string[] = [];
    for (let j = 0; j < attribute.sources.length; j++) sources.push(showSource(attribute.sources[j]));
    const stateKey = showBytes(attribute.stateKey);
    lines.push(`${attribute.key}=${stateKey}, at most ${attribute.maxLength}: ${sources.join(' | ')}`);
  }
  return lines.join('\n');
}

function showSource(source: Source): string {
  const header = source.header;
  if (source.kind == SourceKind.Header && header !== null) return `header ${showBytes(header)}`;
  if (source.kind == SourceKind.Property) return `property ${showBytes(source.bytes)}`;
  return `literal ${showBytes(source.bytes)}`;
}

/** NUL, which separates the parts of a property's path, as `/`. */
function showBytes(bytes: Bytes): string {
  return String.UTF8.decode(bytes).split('\0').join('/');
}

/** One line for each problem, as it is logged. */
export function showProblems(problems: Problem[]): string {
  const lines: string[] = [];
  for (let i = 0; i < problems.length; i++) lines.push(problems[i].toString());
  return lines.join('\n');
}
