/** The parts of a text between separators; AssemblyScript's own `split` weighs 400 bytes, of a module that may have 48 KiB. */
export function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  while (true) {
    const end = text.indexOf(separator, start);
    if (end < 0) break;
    parts.push(text.substring(start, end));
    start = end + 1;
  }
  parts.push(text.substring(start));
  return parts;
}
