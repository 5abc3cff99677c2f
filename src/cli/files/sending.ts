import { resolve } from "node:path"
import { LandlineError } from "../../protocol/errors.ts"
import { type FileInfo, filePath } from "../../protocol/files.ts"
import { AT_ONCE, type HubHttp } from "./hub-http.ts"
import { keepTrying } from "./keep-trying.ts"
import type { Progress } from "./progress.ts"
import { put } from "./put.ts"
import type { Source } from "./source.ts"
import type { Target } from "./tus.ts"
import { type Told, upload } from "./upload.ts"
import { keyOf, UploadState } from "./upload-state.ts"
import { uploadStream } from "./upload-stream.ts"

/** A file of at most so many bytes is sent in one request; losing it to a cut costs little. */
const SMALL_BYTES_MAX = 256 * 1024
/** What ails one file only: the others are sent all the same. */
const OF_ONE_FILE: readonly string[] = ["local_file", "checksum_mismatch", "too_large"]

export interface Sending {
  readonly hub: HubHttp
  readonly as: string
  readonly target: Target
  readonly progress: Progress
  /** A file is there for others. */
  sent(file: FileInfo): void
}

/**
 * Sends files and folders: small ones several at once, then the others one after another. What an earlier run of
 * the same command has sent is not sent again.
 * @returns how many could not be sent; each was told
 * @throws LandlineError what ails all of them
 */
export async function sendAll(sources: readonly Source[], sending: Sending): Promise<number> {
  const { hub, as, target, progress } = sending
  const state = new UploadState()
  const place = [hub.base.href, as, "room" in target ? `room ${target.room}` : "link"]
  const command = keyOf(...place, ...sources.map(({ path }) => resolve(path)))
  const several = sources.length > 1
  const before = several ? state.sent(command) : new Map<string, FileInfo>()
  const keys = new Set<string>()
  let failed = 0

  const isSmall = ({ file, bytes }: Source) => "room" in target && file && bytes <= SMALL_BYTES_MAX
  const one = async (source: Source, send: (key: string) => Promise<FileInfo>) => {
    let key = keyOf(...place, source.name, source.mark)
    while (keys.has(key)) key = keyOf(key) // who names a file twice sends it twice
    keys.add(key)
    try {
      const noted = before.get(key)
      const already = noted && (await isThere(hub, noted, tell(progress))) ? noted : undefined
      const file = already ?? (await send(key))
      if (several && !already && isSmall(source)) state.addSent(command, key, file)
      progress.finished(source.bytes, !already && isSmall(source) ? source.bytes : 0)
      sending.sent(file)
    } catch (error) {
      if (!several || !(error instanceof LandlineError) || !OF_ONE_FILE.includes(error.code)) throw error
      failed++
      progress.say(error.message)
    }
  }

  const queue = sources.filter(isSmall).values()
  const lane = async () => {
    for (const source of queue)
      await one(source, () => put(hub, source, (target as { room: string }).room, tell(progress)))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))

  for (const source of sources) {
    if (isSmall(source)) continue
    const told = toldBy(progress, source.name, source.bytes)
    await one(source, (key) => upload(hub, source, target, state, key, told)).finally(() =>
      told.transfer.end(),
    )
  }
  for (const key of [command, ...keys]) state.forget(key)
  return failed
}

/** Whether what an earlier run has sent has not been deleted since. */
function isThere(hub: HubHttp, file: FileInfo, failed: Told["failed"]): Promise<boolean> {
  const attempt = async () => {
    try {
      const answer = await hub.request("HEAD", filePath(file).slice(1))
      answer.resume()
      return true
    } catch (error) {
      // The answer to a HEAD has no body that could say more.
      if (error instanceof LandlineError && error.details["status"] === 404) return false
      throw error
    }
  }
  return keepTrying(attempt, { progress: () => 0, reached: () => hub.reached, failed })
}

/** Sends stdin, to its end. @throws LandlineError */
export async function sendStdin(name: string, { hub, target, progress, sent }: Sending): Promise<void> {
  progress.say("What comes from stdin cannot be gone on with once this command has been stopped.")
  const told = toldBy(progress, name, undefined)
  sent(await uploadStream(hub, process.stdin, name, target, told))
}

/** Progress of one transfer. @param bytes undefined where they are not known */
export function toldBy(progress: Progress, label: string, bytes: number | undefined): Told {
  const transfer = progress.transfer(label, bytes)
  const say = tell(progress)
  return {
    transfer,
    failed(error) {
      transfer.wait("waits for the hub")
      say(error)
    },
  }
}

const tell =
  (progress: Progress) =>
  (error: LandlineError): void => {
    if (error.code === "offset_mismatch") return
    progress.say(
      error.code === "no_hub" ? "The line is down; trying again." : `${error.message} Trying again.`,
    )
  }
