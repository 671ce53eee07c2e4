import { getHeader, replaceHeader } from './abi/header-map';
import { Bytes, getProperty, Received } from './abi/host';
import { HeaderMap } from './abi/status';
import { Attribute, Plan } from './config/plan';
import { Counter, count } from './health/counters';
import { read } from './read/source';
import { writeGoverned } from './request';
import { writeTraceId } from './write/trace-id';

const STATUS: Bytes = String.UTF8.encode(':status');

/** What is known only now, and what goes to the caller. Values of the request are read back from filter state. */
export function onResponse(plan: Plan): void {
  const isError = plan.countsErrors && isServerError();
  const attributes = plan.attributes;
  for (let i = 0, length = attributes.length; i < length; i++) {
    const attribute = unchecked(attributes[i]);
    const waits = attribute.responseSources.length > 0;
    const targets = attribute.targets;
    if (!waits && targets === null) continue;
    const isNew = waits && setAttribute(attribute);
    if (targets === null) continue;
    const header = targets.responseHeader;
    const series = targets.metric;
    const counts = series !== null && (isError || isNew);
    if (header === null && !counts) continue;
    if (!isNew && !getProperty(attribute.stateKey)) continue;
    const start = Received.start;
    const size = Received.size;
    if (header !== null) replaceHeader(HeaderMap.ResponseHeaders, header, start, size);
    if (series === null) continue;
    if (isNew) series.countRequest(start, <i32>size);
    if (isError) series.countError(start, <i32>size);
  }
  const header = plan.traceIdHeader;
  if (header !== null) writeTraceId(header);
}

/** Evaluates the sources of the response, where the request had none. True when a value was written. */
function setAttribute(attribute: Attribute): bool {
  if (attribute.sources.length > 0 && getProperty(attribute.stateKey)) return false;
  const sources = attribute.responseSources;
  for (let i = 0, length = sources.length; i < length; i++) {
    const source = unchecked(sources[i]);
    if (!read(source, true) || !writeGoverned(attribute, source)) continue;
    count(Counter.AttributesSet);
    return true;
  }
  count(Counter.AttributesMissing);
  return false;
}

/** A status from 500 on, which is three digits. */
function isServerError(): bool {
  return (
    getHeader(HeaderMap.ResponseHeaders, STATUS) && Received.size == 3 && load<u8>(Received.start) >= 0x35
  );
}
