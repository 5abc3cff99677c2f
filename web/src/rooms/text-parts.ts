/** A piece of a message: everything that is no link and no code is plain text. */
export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  | { readonly kind: "code"; readonly text: string }
  /** Between two lines of ```. */
  | { readonly kind: "block"; readonly text: string }

const FENCE = /^```[^`\n]{0,40}$/
const INLINE = /`([^`\n]+)`|https?:\/\/[^\s<>"`]+/gi

/** What a message consists of, in order. Takes a time in proportion to its length. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = []
  let open: { line: string; inside: string[] } | undefined
  let outside: string[] = []
  const flush = () => {
    if (outside.length > 0) parts.push(...inlineParts(outside.join("\n")))
    outside = []
  }
  for (const line of text.split("\n")) {
    if (open === undefined && FENCE.test(line)) open = { line, inside: [] }
    else if (open === undefined) outside.push(line)
    else if (line === "```") {
      flush()
      parts.push({ kind: "block", text: open.inside.join("\n") })
      open = undefined
    } else open.inside.push(line)
  }
  if (open !== undefined) outside.push(open.line, ...open.inside)
  flush()
  return parts
}

function inlineParts(text: string): TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  const plain = (to: number) => {
    if (to > from) parts.push({ kind: "text", text: text.slice(from, to) })
  }
  for (const { 0: found, 1: code, index } of text.matchAll(INLINE)) {
    if (code !== undefined) {
      plain(index)
      parts.push({ kind: "code", text: code })
      from = index + found.length
      continue
    }
    const link = withoutEnd(found)
    const href = safeHref(link)
    if (href === undefined) continue
    plain(index)
    parts.push({ kind: "link", text: link, href })
    from = index + link.length
  }
  plain(text.length)
  return parts
}

/** The sentence's own signs after an address are not part of it; a bracket is, where it was opened inside. */
function withoutEnd(link: string): string {
  let end = link.length
  const opened = { ")": count(link, "("), "]": count(link, "[") }
  const closed = { ")": count(link, ")"), "]": count(link, "]") }
  for (; end > 0; end--) {
    const sign = link[end - 1]!
    if (sign === ")" || sign === "]") {
      if (closed[sign] <= opened[sign]) break
      closed[sign]--
    } else if (!/[.,;:!?'*_~…。，！？]/.test(sign)) break
  }
  return link.slice(0, end)
}

const count = (text: string, sign: string): number => text.split(sign).length - 1

/** Where a link leads; undefined for what is none, and for one that hides its host behind a name before an @. */
function safeHref(text: string): string | undefined {
  const url = URL.parse(text)
  const fine = url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === ""
  return fine ? url.href : undefined
}

const FOLD_CHARACTERS = 1_500
const FOLD_LINES = 20

/** The beginning of a long message; undefined for one that is shown as it is. */
export function folded(text: string): string | undefined {
  let end = Math.min(text.length, FOLD_CHARACTERS)
  let line = -1
  for (let lines = 0; lines < FOLD_LINES; lines++) {
    line = text.indexOf("\n", line + 1)
    if (line === -1) break
  }
  if (line !== -1 && line < end) end = line
  if (end === text.length) return undefined
  // Not between the two halves of a sign.
  return text.slice(0, /[\ud800-\udbff]/.test(text[end - 1]!) ? end - 1 : end)
}
