import { basename, join } from "node:path"
import type { Benchmark, Contestant } from "./harness.ts"
import { landline } from "./peers/landline-files.ts"
import { nginx } from "./peers/nginx.ts"
import { nowMs } from "./support/clock.ts"
import { bytesOf, randomFile, type Source, sha256Of } from "./support/files.ts"
import { run } from "./support/process.ts"
import { warmMemory } from "./support/tmpfs.ts"

const mebibyte = 1024 ** 2
const sourceBytes = 1024 * mebibyte
const warmups = 2 // whole downloads, off the clock

const peers = [landline, nginx]

/** A server that has the file; a round downloads it. */
async function contestant(
  peer: (typeof peers)[number],
  source: Source,
  scope: AsyncDisposableStack,
  dir: string,
): Promise<Contestant> {
  const server = scope.use(await peer.start(dir))
  await server.send(source.path)
  const url = await server.url(basename(source.path))
  for (let n = 0; n < warmups; n++) await run("curl", ["-sSf", "-o", "/dev/null", url])
  const name = peer.name
  return {
    name,
    async run(dir) {
      const path = join(dir, "downloaded.bin")
      await warmMemory(dir, sourceBytes)
      const startMs = nowMs()
      await run("curl", ["-sSf", "-o", path, url])
      const seconds = (nowMs() - startMs) / 1_000
      if ((await sha256Of(bytesOf(path))) !== source.sha256)
        throw new Error(`${name}: what arrived is not what was there.`)
      return { "MiB/s": sourceBytes / mebibyte / seconds }
    },
  }
}

export const download: Benchmark = {
  about: "1 GiB downloaded by curl into a file, from Landline and from nginx with sendfile",
  subject: "landline",
  tmpfsBytes: 5 * sourceBytes,
  targets: [{ metric: "MiB/s", over: "nginx", atLeast: 0.8 }],
  async contestants(scope, dir) {
    const source = await randomFile(join(dir, "source", "large.bin"), sourceBytes)
    const contestants: Contestant[] = []
    for (const peer of peers) contestants.push(await contestant(peer, source, scope, join(dir, peer.name)))
    return contestants
  },
}
