import type { FileInfo } from "../../protocol/files.ts"
import { printableLine } from "../../protocol/text.ts"
import { qrLines } from "../qr.ts"
import { amount, count } from "./amounts.ts"
import type { Given } from "./download.ts"

/** Enough of a SHA-256 for two people to compare. */
const SHORT = 12

/** A file that was sent, and how others get it. */
export function sentLine({ name, bytes, id, code, sha256 }: FileInfo): string {
  const get = `landline get ${code ? dashed(code) : id}`
  return `${printableLine(name)}  ${amount(bytes)}  ${get}  sha256 ${sha256.slice(0, SHORT)}`
}

/** `K7QM-3FXA`: in halves a code is easier to read out. */
const dashed = (code: string): string => code.replace(/^(.{4})(.{4})$/, "$1-$2")

/** A file that was got, as it lies here. */
export function gotLine(path: string, { bytes, items, sha256 }: Given): string {
  const inside = items > 0 ? `${count(items, "file")}, ` : ""
  return `${printableLine(path)}  ${inside}${amount(bytes)}  sha256 ${sha256.slice(0, SHORT)} verified`
}

/** What Ctrl-C left, and how to go on. */
export function stopped({ done, bytes }: { done: number; bytes: number | undefined }): string {
  const how = "Run the same command again to go on."
  return bytes === undefined ? `Stopped. ${how}` : `Stopped at ${amount(done)} of ${amount(bytes)}. ${how}`
}

/** An address that leads elsewhere, or nowhere, on another machine. */
const isLocal = ({ hostname }: URL): boolean => /^(localhost|127\..*|\[::1\])$/.test(hostname)

/** The address of a one-time link; on a terminal as a QR code too, for a phone. */
export function linkLines(base: URL, code: string): string[] {
  const address = new URL(`get/${dashed(code)}`, base).href
  if (!process.stdout.isTTY || isLocal(base)) return [address]
  return [address, "", ...qrLines(address), ""]
}

export function linkNotice(base: URL): string {
  const others = ` Others need the hub's own address in place of ${base.hostname}.`
  return `It works once, and for 7 days.${isLocal(base) ? others : ""}`
}
