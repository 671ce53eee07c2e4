import { allocate } from '../abi/arena';
import { Bytes, currentTimeNanoseconds, getProperty, Received } from '../abi/host';
import { writeMilliseconds } from './decode';

/** What only the response phase can tell. */

const FLAGS: Bytes = String.UTF8.encode('response\0flags');
const REQUEST_TIME: Bytes = String.UTF8.encode('request\0time');
/**
 * Short names of Envoy's response flags in the order of their bits (Envoy `stream_info.h` `CoreResponseFlag`,
 * `ResponseFlagUtils::CORE_RESPONSE_FLAGS`).
 */
const FLAG_NAMES: Bytes = String.UTF8.encode(
  'LH,UH,UT,LR,UR,UF,UC,UO,NR,DI,FI,RL,UAEX,RLSE,DC,URX,SI,IH,DPE,UMSDR,RFCF,NFCF,DT,UPE,NC,OM,DF,DO,DR,UDO,',
);
const COMMA: u8 = 0x2c;

/** Leaves Envoy's response flags in `Received` as its access log writes them, `UF,URX`; false when none is set. */
export function responseFlags(): bool {
  if (!getProperty(FLAGS) || Received.size != 8) return false;
  let bits = load<u64>(Received.start);
  if (bits == 0) return false;
  const start = allocate(FLAG_NAMES.byteLength);
  if (start == 0) return false;
  let end = start;
  let name = changetype<usize>(FLAG_NAMES);
  const last = name + FLAG_NAMES.byteLength;
  for (; bits != 0 && name < last; bits >>= 1) {
    let next = name;
    while (load<u8>(next) != COMMA) next++;
    next++;
    if ((bits & 1) != 0) {
      memory.copy(end, name, next - name);
      end += next - name;
    }
    name = next;
  }
  if (end == start) return false;
  Received.start = start;
  Received.size = end - 1 - start;
  return true;
}

/** Leaves the milliseconds from the start of the request until now in `Received`. */
export function duration(): bool {
  if (!getProperty(REQUEST_TIME) || Received.size != 8) return false;
  const began = load<i64>(Received.start);
  // A clock that was set back makes no negative duration.
  return writeMilliseconds(max(<i64>currentTimeNanoseconds() - began, 0));
}
