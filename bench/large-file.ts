import { open } from "node:fs/promises"
import { basename, join } from "node:path"
import type { Benchmark, Figures } from "./harness.ts"
import { landline } from "./peers/landline-files.ts"
import { nowMs } from "./support/clock.ts"
import { bytesOf, type Source, sha256Of } from "./support/files.ts"
import { forgetPeak, type Running, residentBytes, settledBytes } from "./support/process.ts"

const mebibyte = 1024 ** 2
const fileBytes = 6 * 1024 * mebibyte
const sampleMs = 100

/** A file that is one hole: at the source it takes no memory, on its way it is bytes like others. */
async function sparseFile(path: string): Promise<Source> {
  await using file = await open(path, "w")
  await file.truncate(fileBytes)
  return { path, sha256: await sha256Of(bytesOf(path)) }
}

/** Waits for a program. @returns its resident memory at its highest, in bytes */
async function peakOf({ pid, done }: Running): Promise<number> {
  let peak = 0
  const timer = setInterval(async () => {
    // When it has just ended there is nothing to read.
    peak = Math.max(peak, (await residentBytes(pid).catch(() => ({ peak: 0 }))).peak || 0)
  }, sampleMs)
  await done.finally(() => clearInterval(timer))
  return peak
}

async function round(dir: string, source: Source): Promise<Figures> {
  await using server = await landline.start(dir)
  const name = basename(source.path)
  const idle = await settledBytes(server.pid)
  await forgetPeak(server.pid)
  const grown = async () => ((await residentBytes(server.pid)).peak - idle) / mebibyte

  const startMs = nowMs()
  const sender = await peakOf(server.beginSend(source.path))
  const sentMs = nowMs()
  const sendGrown = await grown()
  await forgetPeak(server.pid)
  const getter = await peakOf(server.beginGet(name))
  const gotMs = nowMs()
  const getGrown = await grown()
  if ((await sha256Of(server.received(name))) !== source.sha256)
    throw new Error("What the hub has is not what was sent.")
  return {
    "hub MiB above idle, send": sendGrown,
    "hub MiB above idle, get": getGrown,
    "hub MiB idle": idle / mebibyte,
    "landline send MiB": sender / mebibyte,
    "landline get MiB": getter / mebibyte,
    "send MiB/s": fileBytes / mebibyte / ((sentMs - startMs) / 1_000),
    "get MiB/s": fileBytes / mebibyte / ((gotMs - sentMs) / 1_000),
  }
}

export const largeFile: Benchmark = {
  about:
    "a sparse file of 6 GiB sent and got: resident memory of the hub at its highest, above that of an idle one",
  subject: "landline",
  tmpfsBytes: 7 * 1024 * mebibyte,
  targets: [
    { metric: "hub MiB above idle, send", atMost: 120 },
    { metric: "hub MiB above idle, get", atMost: 120 },
  ],
  async contestants(_scope, dir) {
    const source = await sparseFile(join(dir, "sparse.bin"))
    return [{ name: "landline", run: (dir) => round(dir, source) }]
  },
}
