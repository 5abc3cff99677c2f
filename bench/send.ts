import { basename, join } from "node:path"
import type { Benchmark, Contestant } from "./harness.ts"
import type { FilePeer } from "./peers/file-peer.ts"
import { landline, landlinePut, landlineUnhashed } from "./peers/landline-files.ts"
import { ncat } from "./peers/ncat.ts"
import { nginx } from "./peers/nginx.ts"
import { rsync } from "./peers/rsync.ts"
import { tus } from "./peers/tus.ts"
import { nowMs } from "./support/clock.ts"
import { randomFile, type Source, sha256Of } from "./support/files.ts"
import { warmMemory } from "./support/tmpfs.ts"

const mebibyte = 1024 ** 2
const sourceBytes = 1024 * mebibyte
const warmupBytes = 64 * mebibyte
const peers: readonly FilePeer[] = [landline, rsync, nginx, ncat, tus, landlineUnhashed, landlinePut]

async function round(peer: FilePeer, dir: string, warmup: Source, source: Source): Promise<number> {
  await using server = await peer.start(dir)
  await server.send(warmup.path)
  await warmMemory(dir, sourceBytes)
  const startMs = nowMs()
  await server.send(source.path)
  const seconds = (nowMs() - startMs) / 1_000
  if ((await sha256Of(server.received(basename(source.path)))) !== source.sha256)
    throw new Error(`${peer.name}: what arrived is not what was sent.`)
  return sourceBytes / mebibyte / seconds
}

export const send: Benchmark = {
  about:
    "1 GiB sent, from the start of the sending program to its end; by Landline with SHA-256 at both ends",
  subject: "landline",
  tmpfsBytes: 4 * sourceBytes,
  targets: [
    { metric: "MiB/s", over: "rsync", atLeast: 0.5 },
    { metric: "MiB/s", over: "@tus/server", atLeast: 1.3 },
    { metric: "MiB/s", of: "landline unhashed", over: "rsync", atLeast: 0.8 },
  ],
  async contestants(_scope, dir) {
    const warmup = await randomFile(join(dir, "source", "warmup.bin"), warmupBytes)
    const source = await randomFile(join(dir, "source", "large.bin"), sourceBytes)
    return peers.map(
      (peer): Contestant => ({
        name: peer.name,
        run: async (dir) => ({ "MiB/s": await round(peer, dir, warmup, source) }),
      }),
    )
  },
}
