import { Received } from './abi/host';
import { Attribute, Plan, Source, SourceKind } from './config/plan';
import { govern } from './govern/govern';
import { Counter, count } from './health/counters';
import { SEES_RESPONSES } from './phases';
import { headerCount, headerValue } from './read/headers';
import { baggage } from './read/members';
import { read } from './read/source';
import { keepStream } from './streams';
import { writeBaggage } from './write/baggage';
import { writeDebugLines } from './write/debug-line';
import { writeFilterState, writeRejected } from './write/filter-state';
import { removeRequestHeader } from './write/request-header';
import { writeSamplingMarker } from './write/sampling-marker';
import { writeSpanName } from './write/span-name';
import { writeTargets } from './write/targets';
import { keepTraceId } from './write/trace-id';
import { setWritten } from './write/written';

/** Takes a request through read, govern and write, attribute by attribute. */
export function onRequest(plan: Plan, contextId: u32, root: u32): void {
  count(Counter.Requests);
  plan.headers.read();
  const trust = plan.trust;
  const isStranger = trust !== null && trust.isStranger();
  const attributes = plan.attributes;
  for (let i = 0, length = attributes.length; i < length; i++) {
    const attribute = unchecked(attributes[i]);
    const written = setAttribute(plan, attribute, isStranger, contextId);
    setWritten(i, Received.start, written ? Received.size : 0);
    if (written) count(Counter.AttributesSet);
    // Of one that waits for the response it is not known yet.
    else if (attribute.responseSources.length == 0) count(Counter.AttributesMissing);
  }
  if (plan.isPlain) return;
  if (isStranger) removeIdentityHeaders(plan);
  writeTargets(attributes);
  if (plan.baggage.length > 0) writeBaggage(plan, isStranger, contextId);
  const routes = plan.routes;
  if (routes !== null) writeSpanName(plan, routes);
  const sampling = plan.sampling;
  if (sampling !== null) writeSamplingMarker(sampling, trust === null || isStranger);
  if (plan.debugRules.length > 0) writeDebugLines(plan, plan.debugRules);
  if (!SEES_RESPONSES) return;
  if (plan.traceIdHeader !== null) keepTraceId(plan);
  if (plan.usesResponse && !keepStream(contextId, root, plan.serial)) count(Counter.Untracked);
}

/**
 * The first source whose value passes governing is written; a value that does not pass is as none. Leaves the
 * value in `Received`.
 */
function setAttribute(plan: Plan, attribute: Attribute, isStranger: bool, stream: u32): bool {
  const claim = attribute.claim;
  // What was verified stands above what was said, wherever it stands in the configuration.
  if (claim !== null && read(claim, false)) {
    rejectContradictions(plan, attribute, stream);
    if (writeGoverned(attribute, claim)) return true;
  }
  const isTrusted = !isStranger || !attribute.isIdentity;
  const sources = attribute.sources;
  for (let i = 0, length = sources.length; i < length; i++) {
    const source = unchecked(sources[i]);
    if (!isTrusted && source.isClientSaid) continue;
    if (read(source, attribute.takesFirst) && writeGoverned(attribute, source)) return true;
  }
  return false;
}

/** Governs the value in `Received` and writes it; false for a value that counts as none. */
export function writeGoverned(attribute: Attribute, source: Source): bool {
  // A constant was governed at configuration.
  const isReady = source.kind == SourceKind.Literal;
  if (!isReady && !govern(attribute.maxLength, attribute.rules, source.isText)) return false;
  writeFilterState(attribute, Received.start, <i32>Received.size);
  return true;
}

/** Drops the headers and baggage that say another thing than the verified claim in `Received`, which stays there. */
function rejectContradictions(plan: Plan, attribute: Attribute, stream: u32): void {
  const start = Received.start;
  const size = Received.size;
  for (let i = 0, length = attribute.sources.length; i < length; i++) {
    const source = unchecked(attribute.sources[i]);
    const member = source.member;
    if (source.kind != SourceKind.Header && member === null) continue;
    if (!headerValue(source.slot) || (member !== null && !baggage(source.bytes))) continue;
    const isSame =
      headerCount(source.slot) == 1 &&
      Received.size == size &&
      memory.compare(Received.start, start, size) == 0;
    if (isSame) continue;
    if (member !== null) member.contradictedIn = stream;
    else removeRequestHeader(plan.headers.name(source.slot), source.slot);
    count(Counter.Untrusted);
    writeRejected(attribute);
  }
  Received.start = start;
  Received.size = size;
}

/** What a stranger says of identities does not go on to the upstream, which may believe it. */
function removeIdentityHeaders(plan: Plan): void {
  const slots = plan.identitySlots;
  for (let i = 0, length = slots.length; i < length; i++) {
    const slot = unchecked(slots[i]);
    if (removeRequestHeader(plan.headers.name(slot), slot)) count(Counter.Untrusted);
  }
}
