import type { IncomingMessage } from "node:http"
import { LandlineError } from "../../protocol/errors.ts"
import { type FileInfo, type UploadInfo, uploadPath } from "../../protocol/files.ts"
import { type RunningDigest, reprDigest, sha256In } from "./digest.ts"
import type { HubHttp } from "./hub-http.ts"

/** The requests of an upload by tus 1.0 (PROTOCOL.md 9.3, 9.4). */

/** Where files go: a room, or a one-time link. */
export type Target = { readonly room: string } | { readonly link: true }

export interface Announced {
  readonly name: string
  /** Undefined where it is known only at the end. */
  readonly bytes: number | undefined
  /** Files inside a folder; 0 for a file. */
  readonly items: number
}

const TUS = { "tus-resumable": "1.0.0" }
const PATCH = { ...TUS, "content-type": "application/offset+octet-stream" }

const pathOf = (id: string): string => uploadPath(id).slice(1)

/** @returns the id of a new upload */
export async function create(
  hub: HubHttp,
  { name, bytes, items }: Announced,
  target: Target,
): Promise<string> {
  const facts: Record<string, string> = {
    filename: name,
    ...("room" in target ? { room: target.room } : { link: "1" }),
    ...(items > 0 && { items: String(items) }),
    sha256: "follows",
  }
  const metadata = Object.entries(facts).map(
    ([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`,
  )
  const length = bytes === undefined ? { "upload-defer-length": "1" } : { "upload-length": String(bytes) }
  const headers = { ...TUS, ...length, "upload-metadata": metadata.join(",") }
  const answer = done(await hub.request("POST", "files", { headers }))
  const id = /\/([\w-]+)$/.exec(answer.headers.location ?? "")?.[1]
  if (id === undefined) throw new LandlineError("bad_request", {}, "The hub did not say where to send to.")
  return id
}

/** Where an upload stands, or the file that it became; undefined where the hub knows of none. */
export async function standing(
  hub: HubHttp,
  id: string,
): Promise<(UploadInfo & { file?: undefined }) | { file: FileInfo; offset?: undefined } | undefined> {
  try {
    return await hub.json("GET", pathOf(id))
  } catch (error) {
    if (error instanceof LandlineError && error.code === "unknown_upload") return undefined
    throw error
  }
}

/** Sends bytes from an offset on. @param bytes how many */
export async function append(
  hub: HubHttp,
  id: string,
  offset: number,
  bytes: number,
  body: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const headers = { ...PATCH, "upload-offset": String(offset), "content-length": String(bytes) }
  done(await hub.request("PATCH", pathOf(id), { headers, body }))
}

/**
 * An empty PATCH says which SHA-256 the whole has.
 * @param more what else it says
 * @throws LandlineError checksum_mismatch where the hub has another
 */
export async function finish(
  hub: HubHttp,
  id: string,
  digest: RunningDigest,
  more: Record<string, string>,
): Promise<FileInfo> {
  const sha256 = digest.sha256()
  const headers = {
    ...PATCH,
    "upload-offset": String(digest.bytes),
    "repr-digest": reprDigest(sha256),
    ...more,
  }
  const answer = done(await hub.request("PATCH", pathOf(id), { headers }))
  const stands = await standing(hub, id)
  if (sha256In(answer.headers["repr-digest"]) !== sha256 || stands?.file?.sha256 !== sha256)
    throw new LandlineError("checksum_mismatch")
  return stands.file
}

/** Throws an upload away. Where that fails, the hub does it by itself in a day. */
export async function abandon(hub: HubHttp, id: string): Promise<void> {
  await hub.request("DELETE", pathOf(id), { headers: TUS }).then(done, () => {})
}

/** An answer without a body that matters. */
function done(answer: IncomingMessage): IncomingMessage {
  return answer.resume()
}
