import { Received } from './abi/host';
import { Attribute, Plan } from './config/plan';
import { NOT_TEXT, textLength } from './govern/text';
import { read } from './read/source';
import { writeFilterState } from './write/filter-state';

/** Takes a request through read, govern and write, attribute by attribute. */
export function onRequest(plan: Plan): void {
  const attributes = plan.attributes;
  for (let i = 0, count = attributes.length; i < count; i++) {
    setAttribute(unchecked(attributes[i]));
  }
}

/** The first source whose value passes governing is written; a value that does not pass is as none. */
function setAttribute(attribute: Attribute): void {
  const sources = attribute.sources;
  for (let i = 0, count = sources.length; i < count; i++) {
    if (!read(unchecked(sources[i]))) continue;
    const start = Received.start;
    const length = textLength(start, <i32>Received.size, attribute.maxLength);
    if (length == NOT_TEXT) continue;
    writeFilterState(attribute, start, length);
    return;
  }
}
