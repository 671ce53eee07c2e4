import { Received } from '../abi/host';
import { Attribute } from '../config/plan';
import { writeRequestHeader } from './request-header';
import { writtenValue } from './written';

/** Takes the attributes where they go in the request phase beside filter state. */
export function writeTargets(attributes: Attribute[]): void {
  for (let i = 0, length = attributes.length; i < length; i++) {
    const attribute = unchecked(attributes[i]);
    const output = attribute.outputHeader;
    const targets = attribute.targets;
    if (output === null && targets === null) continue;
    const has = writtenValue(i);
    const start = Received.start;
    const size = Received.size;
    if (output !== null) writeRequestHeader(output, attribute.outputSlot, start, size);
    if (targets === null) continue;
    const header = targets.header;
    if (header !== null) writeRequestHeader(header, targets.slot, start, size);
    const series = targets.metric;
    if (series !== null && has) series.countRequest(start, <i32>size);
  }
}
