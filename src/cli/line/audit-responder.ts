import { once } from "node:events"
import { Worker } from "node:worker_threads"
import type { LineFaults, LineTruth } from "./faulty-line.ts"

export interface ResponderData {
  readonly faults: LineFaults
  /** How long those replies are held back for which `isDelayed`. */
  readonly delayMs: number
  readonly seed: number
}

export interface ResponderTruth extends LineTruth {
  /** How much longer than the others they were held in fact, in the median. */
  readonly delayMs: number
}

/** The first says where it listens, the next answers what it was asked. */
export type ResponderMessage = { readonly port: number } | ResponderTruth

const TURN = 25

/** Replies are delayed in turns with ones that are not: what else this machine does meanwhile touches both alike. */
export const isDelayed = (seq: number): boolean => seq % (2 * TURN) >= TURN

/** Something on this machine that answers probes over UDP and does to them what it is told. */
export class Responder {
  readonly port: number
  readonly #worker: Worker

  private constructor(worker: Worker, port: number) {
    this.#worker = worker
    this.port = port
  }

  static async open(data: ResponderData): Promise<Responder> {
    const worker = new Worker(new URL("./audit-worker.ts", import.meta.url), { workerData: data })
    const [{ port }] = (await once(worker, "message")) as [{ port: number }]
    return new Responder(worker, port)
  }

  /** What it has done so far. */
  async truth(): Promise<ResponderTruth> {
    this.#worker.postMessage("truth")
    const [truth] = (await once(this.#worker, "message")) as [ResponderTruth]
    return truth
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}

export function median(values: readonly number[] | Float64Array): number {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort()
  return sorted.length > 0
    ? (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
    : Number.NaN
}
