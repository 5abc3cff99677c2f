import { isUtf8 } from "node:buffer"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { NewUpload, WriteOptions } from "../../capabilities/files/types.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"

/** What tus 1.0.0 (https://tus.io/protocols/resumable-upload) puts into headers. */

export const TUS_VERSION = "1.0.0"
export const TUS_ALGORITHMS = ["sha1", "sha256", "md5"] as const
export const TUS_OPTIONS = {
  "Tus-Resumable": TUS_VERSION,
  "Tus-Version": TUS_VERSION,
  "Tus-Max-Size": String(limits.fileBytesMax),
  "Tus-Extension":
    "creation,creation-with-upload,creation-defer-length,termination,expiration,checksum,concatenation",
  "Tus-Checksum-Algorithm": TUS_ALGORITHMS.join(","),
} as const

/**
 * A request that speaks another tus is refused, and so is one that speaks none where tus is needed.
 * @param needed what to say then; left out where plain HTTP is served too
 * @throws LandlineError protocol_version
 */
export function checkTusVersion(request: FastifyRequest, reply: FastifyReply, needed?: string): void {
  const version = request.headers["tus-resumable"]
  if (version === TUS_VERSION || (version === undefined && needed === undefined)) return
  reply.headers({ "Tus-Resumable": TUS_VERSION, "Tus-Version": TUS_VERSION })
  throw new LandlineError("protocol_version", {}, version === undefined ? needed : undefined)
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
/** Printable ASCII without blank and comma. */
const KEY = /^[\x21-\x2b\x2d-\x7e]{1,200}$/

type Header = string | string[] | undefined

/** A size or an offset in bytes; undefined without the header. @throws LandlineError bad_request */
export function count(name: string, header: Header): number | undefined {
  if (header === undefined) return undefined
  // 15 digits are always exact.
  if (typeof header === "string" && /^\d{1,15}$/.test(header)) return Number(header)
  throw refused(`${name} is a whole number of bytes, such as 1048576.`)
}

/** Creation: `Upload-Length`, or that it comes later. @throws LandlineError bad_request */
export function declaredLength(length: Header, deferred: Header): number | undefined {
  if (deferred !== undefined && deferred !== "1") throw refused("Upload-Defer-Length is 1.")
  if ((length === undefined) === (deferred === undefined))
    throw refused("Send either Upload-Length or Upload-Defer-Length: 1.")
  return count("Upload-Length", length)
}

/** Creation: `Upload-Metadata`, by its keys; values are bytes in base64, and may be left out. @throws LandlineError bad_request */
export function metadata(header: Header): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>()
  if (header === undefined || header === "") return found
  if (header.length > limits.metadataBytesMax)
    throw refused(`Upload-Metadata has at most ${limits.metadataBytesMax / 1024} KiB.`)
  for (const pair of String(header).split(",")) {
    const [key = "", value = "", ...more] = pair.trim().split(" ")
    if (!KEY.test(key) || more.length > 0)
      throw refused("Upload-Metadata is KEY BASE64, and more of them after commas.")
    if (found.has(key)) throw refused(`Upload-Metadata has ${JSON.stringify(key)} twice.`)
    if (!BASE64.test(value)) throw refused(`Upload-Metadata: ${JSON.stringify(key)} is not in base64.`)
    found.set(key, Buffer.from(value, "base64"))
  }
  return found
}

/** What the metadata says of the file; keys that the hub does not know are passed over. @throws LandlineError bad_request */
export function newUpload(values: ReadonlyMap<string, Buffer>): NewUpload {
  const text = (key: string) => {
    const value = values.get(key)
    if (value !== undefined && !isUtf8(value)) throw refused(`Upload-Metadata: ${key} is not in UTF-8.`)
    return value?.toString("utf8")
  }
  const items = text("items") ?? "0"
  const sha256 = text("sha256")
  if (!/^\d{1,9}$/.test(items)) throw refused("Upload-Metadata: items is the number of files in a folder.")
  if (sha256 !== undefined && !/^([0-9a-f]{64}|follows)$/i.test(sha256))
    throw refused("Upload-Metadata: sha256 is 64 hex digits, or follows.")
  return {
    name: text("filename") ?? text("name") ?? "",
    room: text("room"),
    link: /^(1|true)$/.test(text("link") ?? ""),
    items: Number(items),
    sha256,
  }
}

/** Checksum: of the bytes of this request. @throws LandlineError bad_request */
export function checksum(header: Header): WriteOptions["checksum"] {
  if (header === undefined) return undefined
  const [name, value = "", ...more] = String(header).split(" ")
  const algorithm = TUS_ALGORITHMS.find((known) => known === name)
  if (!algorithm) throw refused(`Upload-Checksum: the hub knows ${TUS_ALGORITHMS.join(", ")}.`)
  if (value === "" || more.length > 0 || !BASE64.test(value))
    throw refused("Upload-Checksum is ALGORITHM BASE64.")
  return { algorithm, digest: Buffer.from(value, "base64") }
}

/** Concatenation: what an upload is for; the parts of a whole are ids of uploads. @throws LandlineError bad_request */
export function concat(header: Header): "whole" | "partial" | { readonly parts: readonly string[] } {
  if (header === undefined) return "whole"
  if (header === "partial") return "partial"
  const [, list] = /^final;(.*)$/.exec(String(header)) ?? []
  if (list === undefined) throw refused("Upload-Concat is partial, or final; and the addresses of the parts.")
  return { parts: list.trim().split(/ +/).map(uploadIdOf) }
}

/** The id in an absolute or relative address of an upload. */
function uploadIdOf(address: string): string {
  const path = URL.parse(address, "http://hub")?.pathname
  const id = /^\/uploads\/([0-9a-f]{32})$/.exec(path ?? "")?.[1]
  if (id === undefined) throw refused("Upload-Concat names something that is no upload of this hub.")
  return id
}

function refused(say: string): LandlineError {
  return new LandlineError("bad_request", {}, say)
}
