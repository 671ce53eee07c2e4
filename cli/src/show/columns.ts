/**
 * Text as a terminal shows it: what is in a span came from a stranger's request, and must neither steer the
 * terminal nor break the columns.
 */

// Controls (escape sequences begin with one), format characters (right-to-left overrides, zero-width ones), line
// separators, and what has no character at all.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** Marks piled on one letter without end take no columns and all the rows above; no script needs more than 4. */
const PILED_MARKS = /([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu;

const ZERO_WIDTH = /[\p{Mn}\p{Me}]/u;

/** East Asian Wide and Fullwidth of UAX #11, as blocks, and what terminals draw as a picture (UTS #51). */
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;

/** Asks for a picture of the character before it, which is then two columns wide. */
const PICTURE_SELECTOR = '\ufe0f';

/** `text` on one line, every character that is not seen spelt out: `\n`, `\x1b`, `\u{202e}`. */
export function makeVisible(text: string): string {
  return text.replace(PILED_MARKS, '$1').replace(INVISIBLE, (character) => {
    if (character === '\n') return '\\n';
    const code = character.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** How many columns visible text takes; where terminals differ, the larger number. */
export function countColumns(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

/** Visible text in at most `columns`, with … at the end where it was cut. */
export function cutToColumns(text: string, columns: number): string {
  if (countColumns(text) <= columns) return text;
  let kept = '';
  let room = columns - 1;
  for (const character of text) {
    room -= columnsOf(character);
    if (room < 0) break;
    kept += character;
  }
  return columns < 1 ? '' : `${kept}…`;
}

/** Visible text in exactly `columns`: cut, or filled with spaces at the end. */
export function fitToColumns(text: string, columns: number): string {
  const cut = cutToColumns(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - countColumns(cut)));
}

function columnsOf(character: string): number {
  if (character === PICTURE_SELECTOR) return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
