/** Bytes `from` to `to` (without `to`). */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

const RANGE = /^(\d*)-(\d*)$/

/**
 * What a Range header asks of a file (RFC 9110 14.1.2). `undefined` means the whole file: there is no header, it
 * cannot be read (14.2: then it is ignored), or it wants several ranges, which a server need not serve.
 * `unsatisfiable`: it begins beyond the end.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined {
  const [unit, set, more] = header?.split("=", 3) ?? []
  if (set === undefined || more !== undefined || unit?.toLowerCase() !== "bytes") return undefined
  const [, first, last] = RANGE.exec(set.trim()) ?? []
  if (first === undefined || last === undefined || first + last === "") return undefined
  if (first === "") return suffix(Number(last), size)
  const from = Number(first)
  if (last !== "" && Number(last) < from) return undefined
  if (from >= size) return "unsatisfiable"
  return { from, to: last === "" ? size : Math.min(Number(last) + 1, size) }
}

function suffix(length: number, size: number): ByteRange | "unsatisfiable" | undefined {
  if (length === 0) return "unsatisfiable"
  // The last bytes of nothing are all of it, which Content-Range has no words for.
  if (size === 0) return undefined
  return { from: Math.max(0, size - length), to: size }
}

export interface ContentRange extends ByteRange {
  /** Undefined for `*`: not known yet. */
  readonly size: number | undefined
}

/** Where the bytes of a PUT belong (RFC 9110 14.4, as 14.5 allows it). Undefined where it cannot be read. */
export function contentRange(header: string): ContentRange | undefined {
  const [, first, last, size] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(header) ?? []
  if (first === undefined) return undefined
  const range = {
    from: Number(first),
    to: Number(last) + 1,
    size: size === "*" ? undefined : Number(size),
  }
  return range.from < range.to && range.to <= (range.size ?? Infinity) ? range : undefined
}
