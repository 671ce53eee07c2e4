import { Received } from './abi/host';
import { Attribute, Plan, SourceKind } from './config/plan';
import { govern } from './govern/govern';
import { Counter, count } from './health/counters';
import { read } from './read/source';
import { writeFilterState } from './write/filter-state';

/** Takes a request through read, govern and write, attribute by attribute. */
export function onRequest(plan: Plan): void {
  count(Counter.Requests);
  plan.headers.read();
  const attributes = plan.attributes;
  for (let i = 0, length = attributes.length; i < length; i++) {
    const written = setAttribute(unchecked(attributes[i]));
    count(written ? Counter.AttributesSet : Counter.AttributesMissing);
  }
}

/** The first source whose value passes governing is written; a value that does not pass is as none. */
function setAttribute(attribute: Attribute): bool {
  const sources = attribute.sources;
  for (let i = 0, length = sources.length; i < length; i++) {
    const source = unchecked(sources[i]);
    if (!read(source, attribute.takesFirst)) continue;
    // A constant was governed at configuration.
    const ready = source.kind == SourceKind.Literal;
    if (!ready && !govern(attribute.maxLength, attribute.rules, source.header !== null)) continue;
    writeFilterState(attribute, Received.start, <i32>Received.size);
    return true;
  }
  return false;
}
