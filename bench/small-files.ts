import { readdir, stat } from "node:fs/promises"
import { basename, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { putMany } from "./clients/putter.ts"
import type { Benchmark, Contestant, Figures } from "./harness.ts"
import { landline } from "./peers/landline-files.ts"
import { nginx } from "./peers/nginx.ts"
import { rsync } from "./peers/rsync.ts"
import { nowMs } from "./support/clock.ts"
import { bytesOf, randomFile, sha256Of } from "./support/files.ts"

const files = 10_000
const fileBytes = 4 * 1024
const filesPerFolder = 100
const warmupFiles = 1_000
const atOnce = 16
const sampleMs = 2

interface Folder {
  readonly path: string
  readonly bytes: number
  /** SHA-256 by path in the folder. */
  readonly contents: ReadonlyMap<string, string>
}

async function folderOf(path: string, count: number): Promise<Folder> {
  const contents = new Map<string, string>()
  for (let n = 0; n < count; n++) {
    const name = `${Math.floor(n / filesPerFolder)}/${n}.bin`
    contents.set(name, (await randomFile(join(path, name), fileBytes)).sha256)
  }
  return { path, bytes: count * fileBytes, contents }
}

/** @throws Error where a file is missing, or is not what was sent */
async function verify({ contents }: Folder, arrived: string): Promise<void> {
  for (const [path, sha256] of contents)
    if ((await sha256Of(bytesOf(join(arrived, path)))) !== sha256)
      throw new Error(`${path} is not what was sent.`)
}

/** The rate of the last tenth over that of the first. @param atMs when each tenth was whole, from the beginning on */
const evenness = (atMs: readonly number[]): number => atMs[0]! / (atMs[9]! - atMs[8]!)

/** When each tenth of what a hub receives has been stored, from its first bytes on. */
async function tenthsOf(staging: string, bytes: number, sent: Promise<unknown>): Promise<number[]> {
  const atMs: number[] = []
  let over = false
  const end = sent.finally(() => {
    over = true
  })
  let firstMs: number | undefined
  while (!over) {
    const sizes = await Promise.all(
      (await readdir(staging)).map(
        async (name) => (await stat(join(staging, name)).catch(() => undefined))?.size ?? 0,
      ),
    )
    const stored = Math.max(0, ...sizes)
    if (stored > 0) firstMs ??= nowMs()
    while (atMs.length < 10 && stored >= (bytes * (atMs.length + 1)) / 10) atMs.push(nowMs() - firstMs!)
    await sleep(sampleMs)
  }
  await end
  return atMs
}

/** The folder as one item; then as many single files by PUT. */
async function throughHub(dir: string, warmup: Folder, folder: Folder): Promise<Figures> {
  await using server = await landline.start(dir)
  await server.send(warmup.path)
  const startMs = nowMs()
  const sent = server.send(folder.path)
  const [atMs] = await Promise.all([tenthsOf(server.staging, folder.bytes, sent), sent])
  const seconds = (nowMs() - startMs) / 1_000
  const back = join(dir, "back")
  await server.get(`${basename(folder.path)}.zip`, back)
  await verify(folder, back)
  return {
    "files/s": files / seconds,
    "last tenth over first": evenness(atMs),
    ...(await singles(`http://127.0.0.1:${server.port}/files/`)),
  }
}

async function throughRsync(dir: string, warmup: Folder, folder: Folder): Promise<Figures> {
  await using server = await rsync.start(dir)
  await server.sendFolder(warmup.path)
  const startMs = nowMs()
  await server.sendFolder(folder.path)
  const seconds = (nowMs() - startMs) / 1_000
  await verify(folder, join(server.folder, basename(folder.path)))
  return { "files/s": files / seconds }
}

async function throughNginx(dir: string): Promise<Figures> {
  await using server = await nginx.start(dir)
  return await singles(await server.url(""))
}

/** Files one by one, several at once, over connections that are kept. */
async function singles(url: string): Promise<Figures> {
  const puts = putMany({ url, files, warmup: warmupFiles, bytes: fileBytes, atOnce })
  const tookMs = await puts.sent
  await puts.verified
  const atMs = Array.from({ length: 10 }, (_, tenth) => tookMs[((tenth + 1) * files) / 10 - 1]!)
  return { "single files/s": files / (atMs[9]! / 1_000), "single, last tenth over first": evenness(atMs) }
}

export const smallFiles: Benchmark = {
  about: `${files} files of 4 KiB: a folder as one item, and single files by PUT, ${atOnce} at once`,
  subject: "landline",
  tmpfsBytes: 1024 ** 3,
  targets: [
    { metric: "files/s", over: "rsync", atLeast: 0.5 },
    { metric: "last tenth over first", atLeast: 0.9 },
    { metric: "single, last tenth over first", atLeast: 0.9 },
  ],
  async contestants(_scope, dir) {
    const warmup = await folderOf(join(dir, "warmup"), warmupFiles)
    const folder = await folderOf(join(dir, "folder"), files)
    const contestants: Contestant[] = [
      { name: landline.name, run: (dir) => throughHub(dir, warmup, folder) },
      { name: rsync.name, run: (dir) => throughRsync(dir, warmup, folder) },
      { name: nginx.name, run: throughNginx },
    ]
    return contestants
  },
}
