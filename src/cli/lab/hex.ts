/** Bytes as a person reads them: where they stand, as hex, and as text, sixteen to a line. */

const ROW_BYTES = 16
const AROUND_ROWS = 2 // before and behind the marked one

/**
 * Lines of at most 75 columns; `>` stands before the marked byte, also where that is the one behind the last.
 * @param mark place of the first wrong byte; then only what is around it is shown, else only the beginning
 */
export function hexLines(bytes: Uint8Array, mark?: number): string[] {
  const rows = Math.max(1, Math.ceil((bytes.length + (mark === bytes.length ? 1 : 0)) / ROW_BYTES))
  const marked = mark === undefined ? 0 : Math.floor(mark / ROW_BYTES)
  const first = Math.max(0, marked - AROUND_ROWS)
  const end = Math.min(rows, first + 2 * AROUND_ROWS + 1)
  const lines = Array.from({ length: end - first }, (_, row) =>
    hexRow(bytes, (first + row) * ROW_BYTES, mark),
  )
  if (first > 0) lines.unshift(`... ${first * ROW_BYTES} bytes before`)
  if (end * ROW_BYTES < bytes.length) lines.push(`... ${bytes.length - end * ROW_BYTES} bytes more`)
  return lines
}

function hexRow(bytes: Uint8Array, from: number, mark: number | undefined): string {
  const row = bytes.subarray(from, from + ROW_BYTES)
  const cells = Array.from({ length: ROW_BYTES }, (_, column) => {
    const byte = row[column]
    const sign = from + column === mark ? ">" : " "
    return `${sign}${byte === undefined ? "  " : byte.toString(16).padStart(2, "0")}`
  })
  const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
  return `${String(from).padStart(5)} ${cells.join("")}  ${text.join("")}`.trimEnd()
}
