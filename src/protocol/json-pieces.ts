/**
 * JSON values as they were written, so that numbers keep all their digits.
 * @returns the value itself, or where it is an array its elements, one level deep
 * @throws SyntaxError where the text is no JSON
 */
export function jsonPieces(text: string): string[] {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) return [oneLine(text)]
  if (value.length === 0) return []
  const pieces: string[] = []
  let depth = 0
  let start = text.indexOf("[") + 1
  for (let at = start; ; at++) {
    const sign = text[at]
    if (sign === '"') at = endOfString(text, at)
    else if (sign === "[" || sign === "{") depth++
    else if (depth > 0 && (sign === "]" || sign === "}")) depth--
    else if (depth === 0 && (sign === "," || sign === "]")) {
      pieces.push(oneLine(text.slice(start, at)))
      if (sign === "]") return pieces
      start = at + 1
    }
  }
}

/** In JSON a line end stands only between tokens, where a blank does as well. @throws SyntaxError for no JSON */
export function jsonLine(text: string): string {
  JSON.parse(text)
  return oneLine(text)
}

const oneLine = (text: string): string => text.trim().replace(/[\r\n]+/g, " ")

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1
  return at
}
