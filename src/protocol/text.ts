// C0 but tab and line feed, DEL, C1, bidi embeddings and isolates, line and paragraph separators.
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * Text made safe for a terminal or a log: what could move the cursor, change colours or reorder the line is
 * shown as its escape (`\x1b`, `\u202e`). Line feeds and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (sign) => {
    const code = sign.codePointAt(0)!
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`
  })
}

/** As `printable`, on one line: line feeds and tabs are shown as escapes too. */
export function printableLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t")
}
