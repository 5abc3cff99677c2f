import { hash } from "node:crypto"
import type { LandlineError } from "../../protocol/errors.ts"
import type { FileInfo } from "../../protocol/files.ts"
import { reprDigest } from "./digest.ts"
import type { HubHttp } from "./hub-http.ts"
import { keepTrying } from "./keep-trying.ts"
import { readSmall } from "./local-file.ts"
import type { Source } from "./source.ts"
import { damaged, type Told } from "./upload.ts"

/** The hub's clock tells whole seconds only. */
const CLOCK_MS = 2_000

/** Sends a small file to a room in one request. @throws LandlineError as `upload` */
export async function put(
  hub: HubHttp,
  source: Source,
  room: string,
  failed: Told["failed"],
): Promise<FileInfo> {
  const body = readSmall(source.file!)
  const sha256 = hash("sha256", body)
  const query = new URLSearchParams({ room })
  const path = `files/${encodeURIComponent(source.name)}?${query}`
  const began = performance.now()
  let lost = false
  const attempt = async () => {
    const there = lost ? await sentSince(hub, began, room, source.name, sha256) : undefined
    return there ?? hub.json<FileInfo>("PUT", path, { headers: { "repr-digest": reprDigest(sha256) }, body })
  }
  const persistence = {
    progress: () => 0,
    reached: () => hub.reached,
    failed(error: LandlineError) {
      lost ||= error.code === "no_hub"
      failed(error)
    },
  }
  const file = await keepTrying(attempt, persistence)
  if (file.sha256 !== sha256) throw damaged(source.path)
  return file
}

/** The file whose answer was lost with the line, if it arrived: it must not be sent twice. */
async function sentSince(
  hub: HubHttp,
  began: number,
  room: string,
  name: string,
  sha256: string,
): Promise<FileInfo | undefined> {
  const query = new URLSearchParams({ room, search: name, limit: "20" })
  const answer = await hub.request("GET", `files?${query}`)
  const hubNow = Date.parse(answer.headers.date ?? "")
  const since = hubNow - (performance.now() - began) - CLOCK_MS
  const files = JSON.parse(await hub.text(answer)) as FileInfo[]
  return files.find((file) => file.name === name && file.sha256 === sha256 && file.time >= since)
}
