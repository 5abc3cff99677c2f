import { fileURLToPath } from "node:url"
import { start } from "../support/process.ts"

export interface PutOrder {
  /** Where to; the names are appended. */
  readonly url: string
  readonly files: number
  /** Files before them, off the clock. */
  readonly warmup: number
  /** Of each file; above 128 KiB a multiple of it. */
  readonly bytes: number
  readonly atOnce: number
  /** Of all together; left out, as fast as the server reads. */
  readonly bytesPerSecond?: number
}

export type PutReport = { op: "begun" } | { op: "sent"; tookMs: number[] }

const program = fileURLToPath(new URL("./put.ts", import.meta.url))

/** What comes of many PUTs, in this order. @throws Error each, when the client failed */
export interface Puts {
  readonly begun: Promise<void>
  /** When each file was there, in ms from the beginning. */
  readonly sent: Promise<readonly number[]>
  /** All of them are what was sent. */
  readonly verified: Promise<void>
}

/** Starts the client that PUTs many files. */
export function putMany(order: PutOrder): Puts {
  const child = start(process.execPath, [program, JSON.stringify(order)], "ipc")
  const begun = Promise.withResolvers<void>()
  const sent = Promise.withResolvers<readonly number[]>()
  const verified = Promise.withResolvers<void>()
  child.on("message", (report: PutReport) => {
    if (report.op === "begun") begun.resolve()
    else sent.resolve(report.tookMs)
  })
  child.once("exit", (code, signal) => {
    if (code === 0) return verified.resolve()
    for (const { reject } of [begun, sent, verified])
      reject(new Error(`The PUTs ended with ${code ?? signal}.`))
  })
  for (const { promise } of [begun, sent, verified]) promise.catch(() => {}) // each is awaited in its turn
  return { begun: begun.promise, sent: sent.promise, verified: verified.promise }
}
