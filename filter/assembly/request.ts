import { Received } from './abi/host';
import { Attribute, Plan } from './config/plan';
import { NOT_TEXT, textLength } from './govern/text';
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
    if (!read(unchecked(sources[i]), attribute.takesFirst)) continue;
    const start = Received.start;
    const size = <i32>Received.size;
    const kept = textLength(start, size, attribute.maxLength);
    if (kept == NOT_TEXT) {
      count(Counter.Rejected);
      continue;
    }
    if (kept < size) count(Counter.Truncated);
    writeFilterState(attribute, start, kept);
    return true;
  }
  return false;
}
