import { LandlineError } from "../../protocol/errors.ts"
import type { FileInfo } from "../../protocol/files.ts"
import { RunningDigest } from "./digest.ts"
import type { HubHttp } from "./hub-http.ts"
import { keepTrying } from "./keep-trying.ts"
import { localFile } from "./local-file.ts"
import type { Transfer } from "./progress.ts"
import type { Source } from "./source.ts"
import { abandon, append, create, finish, standing, type Target } from "./tus.ts"
import type { UploadState } from "./upload-state.ts"

/** How one transfer tells what it does. */
export interface Told {
  readonly transfer: Transfer
  failed(error: LandlineError): void
}

/**
 * Sends a file or folder by tus (PROTOCOL.md 9.3, 9.4), from where an earlier try has left it, and goes on until
 * it is there and both ends have counted the same SHA-256.
 * @param key of its state, which stays until the caller forgets it: a file that is there is not sent again
 * @throws LandlineError local_file where it cannot be read or changed meanwhile; what the hub refuses for good
 */
export async function upload(
  hub: HubHttp,
  source: Source,
  target: Target,
  state: UploadState,
  key: string,
  { transfer, failed }: Told,
): Promise<FileInfo> {
  const digest = new RunningDigest()
  let id = state.upload(key)
  let through = 0
  const attempt = async () => {
    const stands = id === undefined ? undefined : await standing(hub, id)
    if (stands?.file) return stands.file
    if (id === undefined || !stands) {
      id = await create(hub, source, target)
      state.begun(key, id)
    }
    const offset = stands?.offset ?? 0
    through = Math.max(through, offset)
    await sendFrom(hub, id, source, offset, digest, transfer)
    through = source.bytes
    source.ensureUnchanged()
    return finish(hub, id, digest, {})
  }
  try {
    return await keepTrying(attempt, { progress: () => through, reached: () => hub.reached, failed })
  } catch (error) {
    const { code } = error as LandlineError
    if (code === "checksum_mismatch" || code === "local_file") state.forget(key)
    if (code === "local_file" && id !== undefined) await abandon(hub, id)
    if (code === "checksum_mismatch") throw damaged(source.path)
    throw error
  }
}

/** Reads from where hub and digest both are, and sends what the hub lacks in one request. */
async function sendFrom(
  hub: HubHttp,
  id: string,
  source: Source,
  offset: number,
  digest: RunningDigest,
  transfer: Transfer,
): Promise<void> {
  let at = Math.min(offset, digest.bytes)
  const pieces = source.read(at)[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await pieces.next()
    if (done) return undefined
    digest.add(value, at)
    at += value.length
    return value as Uint8Array
  }
  try {
    // What the hub has is only counted. Meanwhile no request is open that the hub could find too slow.
    let piece = at < offset ? undefined : await next()
    while (at < offset) {
      transfer.wait("reading what was sent")
      const read = await next()
      if (!read) throw localFile(source.path, `${source.path} became shorter while it was sent.`)
      if (at > offset) piece = read.subarray(read.length - (at - offset))
    }
    transfer.begin(offset)
    if (offset === source.bytes) return
    const body = async function* () {
      for (piece ??= await next(); piece; piece = await next()) {
        yield piece
        transfer.at(at)
      }
    }
    await append(hub, id, offset, source.bytes - offset, body())
  } finally {
    await pieces.return?.()
  }
}

export const damaged = (path: string): LandlineError =>
  new LandlineError(
    "checksum_mismatch",
    {},
    `${path} arrived with other bytes than were sent, so it does not appear. Send it again.`,
  )
