import { allocate } from '../abi/arena';
import { Bytes, logBytes, Received } from '../abi/host';
import { DebugRule, Plan } from '../config/plan';
import { govern } from '../govern/govern';
import { headerValue } from '../read/headers';
import { writtenValue } from './written';

/** What a line begins with. */
const START: Bytes = String.UTF8.encode('meshspan:');
const QUESTION_MARK: u8 = 0x3f;
const BLANK: u8 = 0x20;
const QUOTE: u8 = 0x22;
/** Bytes of a line at the most; what does not fit is left out. */
const MOST: usize = 8192;
/** Characters of a path that are logged. */
const MOST_CHARACTERS: i32 = 256;

let line: usize = 0;
let end: usize = 0;

/** Logs what the attributes of the request have become, where a rule of `debugWhen` holds. */
export function writeDebugLines(plan: Plan, rules: DebugRule[]): void {
  for (let i = 0, length = rules.length; i < length; i++) {
    const rule = unchecked(rules[i]);
    if (rule.when.holds()) writeLine(plan, rule.level);
  }
}

function writeLine(plan: Plan, level: usize): void {
  line = allocate(MOST);
  if (line == 0) return;
  end = line;
  put(changetype<usize>(START), START.byteLength);
  putHeader(plan.methodSlot);
  putHeader(plan.pathSlot);
  const attributes = plan.attributes;
  for (let i = 0, length = attributes.length; i < length; i++) {
    const key = unchecked(attributes[i]).stateKey;
    putByte(0x20);
    // Without the `meshspan.` that each begins with.
    put(changetype<usize>(key) + 9, key.byteLength - 9);
    putByte(0x3d);
    if (writtenValue(i)) putValue();
    else putByte(0x2d);
  }
  logBytes(level, line, end - line);
}

/** The value in `Received`, in quotes where it has a blank: it could else look like another attribute. */
function putValue(): void {
  let blanks = 0;
  for (let i: usize = 0; i < Received.size; i++) if (load<u8>(Received.start + i) == BLANK) blanks++;
  if (blanks > 0) putByte(QUOTE);
  put(Received.start, Received.size);
  if (blanks > 0) putByte(QUOTE);
}

/** A header of the request, made safe; of the path what stands in front of the query, which may hold secrets. */
function putHeader(slot: i32): void {
  putByte(0x20);
  if (!headerValue(slot)) return;
  let size: usize = 0;
  while (size < Received.size && load<u8>(Received.start + size) != QUESTION_MARK) size++;
  Received.size = size;
  if (govern(MOST_CHARACTERS, null, true)) put(Received.start, Received.size);
}

function put(start: usize, size: usize): void {
  const room = line + MOST - end;
  const kept = min(size, room);
  memory.copy(end, start, kept);
  end += kept;
}

function putByte(c: u8): void {
  if (end < line + MOST) store<u8>(end++, c);
}
