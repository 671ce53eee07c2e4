import { environmentVariable } from '../abi/environment';
import { getProperty, Received } from '../abi/host';
import { govern } from '../govern/govern';
import { MAX_HEADER_NAMES } from '../read/headers';
import { TRUST_MARK } from './attribute';
import { Attribute, BaggageMember, Plan, Source, SourceKind } from './plan';
import { Code, Problem } from './problems';

/** Paths that begin so say who the proxy is; they cannot change while it runs. */
const NODE: ArrayBuffer = String.UTF8.encode('xds\0node\0');
const METHOD: ArrayBuffer = String.UTF8.encode(':method');
const PATH: ArrayBuffer = String.UTF8.encode(':path');
const BAGGAGE: ArrayBuffer = String.UTF8.encode('baggage');
const TRACEPARENT: ArrayBuffer = String.UTF8.encode('traceparent');
const B3_TRACE_ID: ArrayBuffer = String.UTF8.encode('x-b3-traceid');

/**
 * Reads and governs at configuration what cannot change from request to request, so that a request only writes
 * it: a source that is about the node becomes a literal, or goes when it has no value; what follows a literal
 * goes too, as it can never be reached. Gives each header that is read or written its slot.
 */
export function resolve(plan: Plan, problems: Problem[]): void {
  addOwnSlots(plan);
  let dropped = 0;
  for (let i = 0; i < plan.attributes.length; i++) {
    const attribute = plan.attributes[i];
    const sources = attribute.sources;
    resolveSources(sources, attribute);
    const isSettled = sources.length > 0 && sources[sources.length - 1].kind == SourceKind.Literal;
    if (isSettled) attribute.responseSources = [];
    else resolveSources(attribute.responseSources, attribute);
    dropped += addSlots(plan, attribute);
    addTargets(plan, attribute, i);
    if (plan.trust !== null && attribute.isIdentity) addTrust(plan, attribute);
    if (attribute.responseSources.length > 0) plan.usesResponse = true;
  }
  plan.isPlain =
    plan.isPlain &&
    !plan.usesResponse &&
    plan.trust === null &&
    plan.routes === null &&
    plan.sampling === null &&
    plan.debugRules.length == 0;
  if (dropped == 0) return;
  const expected = `at most ${MAX_HEADER_NAMES} different headers`;
  const consequence = 'the sources that are too many are skipped, the others work';
  problems.push(new Problem(Code.WrongValue, '$.attributes', expected, `${dropped} more`, consequence));
}

/** The headers that the plan itself needs, and those that strangers are denied: first, as there is room for them. */
function addOwnSlots(plan: Plan): void {
  // Which members there are is not known yet.
  if (plan.trust !== null || !plan.isPlain) plan.baggageSlot = plan.headers.add(BAGGAGE);
  for (let i = 0; i < plan.deniedHeaders.length; i++) {
    const slot = plan.headers.add(plan.deniedHeaders[i]);
    if (slot >= 0) plan.identitySlots.push(slot);
  }
  const sampling = plan.sampling;
  if (sampling !== null) sampling.slot = plan.headers.add(sampling.marker);
  if (plan.routes !== null || plan.debugRules.length > 0) {
    plan.methodSlot = plan.headers.add(METHOD);
    plan.pathSlot = plan.headers.add(PATH);
  }
  if (plan.traceIdHeader === null) return;
  plan.usesResponse = true;
  plan.traceparentSlot = plan.headers.add(TRACEPARENT);
  plan.b3Slot = plan.headers.add(B3_TRACE_ID);
}

/** Keeps of a list the sources that can have a value. */
function resolveSources(sources: Source[], attribute: Attribute): void {
  let kept = 0;
  for (let i = 0; i < sources.length; i++) {
    const source = resolveSource(sources[i], attribute);
    if (source === null) continue;
    sources[kept++] = source;
    if (source.kind == SourceKind.Literal) break;
  }
  sources.length = kept;
}

/** Gives the headers of an attribute's sources their slots; how many of them are too many, and go. */
function addSlots(plan: Plan, attribute: Attribute): i32 {
  const sources = attribute.sources;
  let kept = 0;
  for (let i = 0; i < sources.length; i++) {
    const header = sources[i].header;
    if (header !== null) sources[i].slot = plan.headers.add(header);
    if (sources[i].slot >= 0) sources[kept++] = sources[i];
  }
  const dropped = sources.length - kept;
  sources.length = kept;
  return dropped;
}

/** Makes ready what is written beside filter state. A header for which there is no slot is not written. */
function addTargets(plan: Plan, attribute: Attribute, index: i32): void {
  const output = attribute.outputHeader;
  if (output !== null) {
    plan.isPlain = false;
    attribute.outputSlot = plan.headers.add(output);
    if (attribute.outputSlot < 0) attribute.outputHeader = null;
  }
  const targets = attribute.targets;
  if (targets === null) return;
  const header = targets.header;
  if (header !== null) {
    targets.slot = plan.headers.add(header);
    if (targets.slot < 0) targets.header = null;
    else if (plan.trust !== null && attribute.isIdentity) plan.identitySlots.push(targets.slot);
  }
  const member = targets.baggageMember;
  if (member !== null) plan.baggage.push(new BaggageMember(member, index));
  if (targets.responseHeader !== null) plan.usesResponse = true;
  if (targets.metric !== null) plan.usesResponse = plan.countsErrors = true;
}

/** Makes ready what strangers are denied, and which claim stands above all. */
function addTrust(plan: Plan, attribute: Attribute): void {
  for (let i = 0; i < attribute.sources.length; i++) {
    const source = attribute.sources[i];
    if (source.kind == SourceKind.Claim && attribute.claim === null) {
      attribute.claim = source;
      attribute.trustKey = String.UTF8.encode(`meshspan.${attribute.key}${TRUST_MARK}`);
    } else if (source.kind == SourceKind.Baggage) {
      source.member = new BaggageMember(source.bytes, -1);
      plan.baggage.push(source.member!);
    } else if (source.kind == SourceKind.Header) {
      const name = source.header!;
      // A request is not one without its pseudo-headers, and Envoy's own credentials are not ours to take.
      const isPseudo = load<u8>(changetype<usize>(name)) == 0x3a;
      const isKept = isPseudo || String.UTF8.decode(name) == 'authorization';
      if (!isKept && !plan.identitySlots.includes(source.slot)) plan.identitySlots.push(source.slot);
    }
  }
}

function resolveSource(source: Source, attribute: Attribute): Source | null {
  if (source.kind == SourceKind.Literal) {
    // The author's own word: cut, but not governed. An `anonymous` that is hashed, or no tenant, is of no use.
    Received.start = changetype<usize>(source.bytes);
    Received.size = source.bytes.byteLength;
    return govern(attribute.maxLength, null, false) ? constant() : null;
  }
  if (source.kind == SourceKind.Environment) {
    const value = environmentVariable(String.UTF8.decode(source.bytes));
    if (value === null) return null;
    const bytes = String.UTF8.encode(value);
    Received.start = changetype<usize>(bytes);
    Received.size = bytes.byteLength;
    // Governed while `bytes` is alive.
    return govern(attribute.maxLength, attribute.rules, false) ? constant() : null;
  }
  if (source.kind != SourceKind.Property || !beginsWith(source.bytes, NODE)) return source;
  // A value that no request could set must not stand in the way of a source that has one.
  if (!getProperty(source.bytes) || !govern(attribute.maxLength, attribute.rules, false)) return null;
  return constant();
}

/** The value in `Received`, ready to be written; null when it is empty. */
function constant(): Source | null {
  if (Received.size == 0) return null;
  const bytes = new ArrayBuffer(<i32>Received.size);
  memory.copy(changetype<usize>(bytes), Received.start, Received.size);
  return new Source(SourceKind.Literal, bytes);
}

function beginsWith(bytes: ArrayBuffer, start: ArrayBuffer): bool {
  if (bytes.byteLength < start.byteLength) return false;
  return memory.compare(changetype<usize>(bytes), changetype<usize>(start), start.byteLength) == 0;
}
