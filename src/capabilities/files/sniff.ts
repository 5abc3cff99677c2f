import { isUtf8 } from "node:buffer"

/** Bytes from the front that tell the type. */
export const SNIFFED_BYTES = 4_100

export const ZIP = "application/zip"
const TEXT = "text/plain; charset=utf-8"
const UNKNOWN = "application/octet-stream"

/** The media type of a file, by its first bytes and nothing that somebody says of it. */
export async function sniff(head: Uint8Array): Promise<string> {
  const { fileTypeFromBuffer } = await import("file-type")
  // What it does not know, or knows to be broken, is told by how it looks.
  const found = await fileTypeFromBuffer(head).catch(() => undefined)
  return found?.mime ?? (isText(head) ? TEXT : UNKNOWN)
}

/** UTF-8 without controls but tab, line ends and form feed. The last sign may be cut. */
function isText(head: Uint8Array): boolean {
  if (head.some((byte) => (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d && byte !== 0x0b)) || byte === 0x7f))
    return false
  const cuts = head.length < SNIFFED_BYTES ? [0] : [0, 1, 2, 3]
  return cuts.some((cut) => isUtf8(head.subarray(0, head.length - cut)))
}
