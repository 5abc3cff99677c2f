const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })
const PLAIN = /^[\x20-\x7e]*$/
const NOTHING = /^[\p{M}\p{Cf}\p{Cc}]+$/u
// East Asian Wide and Fullwidth (UAX 11), as ranges; and what is shown as an emoji.
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let columns = 0
  for (const { segment } of graphemes.segment(text)) columns += graphemeWidth(segment)
  return columns
}

function graphemeWidth(grapheme: string): number {
  if (NOTHING.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}

/** One line broken into lines of at most `columns`: between words where it can be, blanks at a break dropped. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ""
  let used = 0
  const feed = () => {
    lines.push(line.trimEnd())
    line = ""
    used = 0
  }
  for (const word of text.match(/ +|[^ ]+/g) ?? []) {
    const width = displayWidth(word)
    if (used + width <= columns) {
      line += word
      used += width
    } else if (word.startsWith(" ")) feed()
    else {
      if (used > 0) feed()
      for (const { segment } of graphemes.segment(word)) {
        const wide = graphemeWidth(segment)
        if (used + wide > columns) feed()
        line += segment
        used += wide
      }
    }
  }
  lines.push(line.trimEnd())
  return lines
}

/** Longer lines are hard to read. */
export const READABLE_COLUMNS = 100

/**
 * A text behind a head, its further lines below its first.
 * @param indent columns of the head
 * @param columns of the terminal; infinite for a file or a pipe, where nothing is broken
 */
export function hang(head: string, indent: number, text: string, columns: number): string[] {
  if (columns === Number.POSITIVE_INFINITY || text === "") return [(head + text).trimEnd()]
  const room = Math.max(20, Math.min(columns, READABLE_COLUMNS) - indent - 1)
  const [first = "", ...rest] = displayWidth(text) <= room ? [text] : wrap(text, room)
  return [head + first, ...rest.map((line) => " ".repeat(indent) + line)]
}

/** The beginning of a line that fits, with `…` where something was left out. */
export function clip(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  let line = ""
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment)
    if (used > columns - 1) break
    line += segment
  }
  return `${line}…`
}
