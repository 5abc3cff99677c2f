const ROW_BYTES = 16
const OFFSET_COLUMNS = 8
/** Where the first byte of a row stands. */
export const HEX_COLUMN = OFFSET_COLUMNS + 2

/** Bytes of a row, and where it stands. */
export interface HexRow {
  /** Place of its first byte in the stream. */
  readonly at: number
  readonly bytes: number
  readonly line: string
}

/** Bytes as hex and as text, 16 in a row of at most 78 columns. @param at place of the first byte in the stream */
export function hexRows(bytes: Uint8Array, at: number): HexRow[] {
  const rows: HexRow[] = []
  for (let from = 0; from < bytes.length; from += ROW_BYTES) {
    const row = bytes.subarray(from, from + ROW_BYTES)
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0"))
    const left = hex.slice(0, 8).join(" ")
    const right = hex.slice(8).join(" ")
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
    const line = `${String(at + from).padStart(OFFSET_COLUMNS)}  ${left.padEnd(23)}  ${right.padEnd(23)}  ${text.join("")}`
    rows.push({ at: at + from, bytes: row.length, line })
  }
  return rows
}

/** The column in which a row's byte stands. @param index 0 to 15 */
export const columnOf = (index: number): number => HEX_COLUMN + 3 * index + (index >= 8 ? 1 : 0)
