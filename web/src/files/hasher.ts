import { LandlineError } from "../../../src/client/main.ts"
import type { Member } from "./zip-slice.ts"

/** A question to the worker: bytes, the zip of a folder, or what is at an address of the hub. */
export interface Asked {
  readonly id: number
  readonly what: Blob | readonly Member[] | string
}

/** What the worker tells: how far it is, the CRC of the next member of a zip, and at the end the SHA-256 in hex. */
export type Told =
  | { readonly id: number; readonly at: number; readonly crc?: number; readonly sha256?: string }
  | { readonly id: number; readonly failed: "bytes" | "worker" }

/** The SHA-256 of something, while it is counted. */
export class Digest {
  /**
   * In hex. Rejects with LandlineError: local_file where the bytes cannot be read, or are not wanted any more; no_hub
   * where the worker itself could not be loaded.
   */
  readonly sha256: Promise<string>
  /** It failed, and another is needed. */
  failed = false
  /** Bytes counted so far. */
  at = 0
  /** Of the members of a zip so far, in order. */
  readonly crcs: number[] = []
  readonly #id: number
  readonly #end = Promise.withResolvers<string>()
  readonly #waiting = new Set<{ readonly at: number; readonly reached: () => void }>()

  /** @param onRead told with each piece */
  constructor(what: Asked["what"], onRead: () => void = () => {}) {
    this.sha256 = this.#end.promise
    this.sha256.catch(() => {}) // it is asked for at the end
    this.#id = ask(what, (told) => {
      if ("failed" in told) {
        this.failed = true
        return this.#end.reject(told.failed === "bytes" ? unreadable() : new LandlineError("no_hub"))
      }
      if (told.crc !== undefined) this.crcs.push(told.crc)
      this.at = told.at
      if (told.sha256 !== undefined) this.#end.resolve(told.sha256)
      for (const one of this.#waiting)
        if (one.at <= told.at) {
          this.#waiting.delete(one)
          one.reached()
        }
      onRead()
    })
  }

  /** Resolves when so many bytes are counted. Rejects as `sha256`. */
  async reached(at: number): Promise<void> {
    if (this.at >= at) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add({ at, reached: resolve })
    await Promise.race([promise, this.sha256])
  }

  /** Nobody wants it any more. */
  stop(): void {
    forget(this.#id)
    this.#end.reject(unreadable())
  }
}

export const unreadable = (): LandlineError =>
  new LandlineError(
    "local_file",
    {},
    "It cannot be read any more: it was changed or removed since it was chosen. Choose it again.",
  )

// One worker for all, for as long as there is something to count.
let worker: Worker | undefined
let lastId = 0
const listeners = new Map<number, (told: Told) => void>()

function ask(what: Asked["what"], hear: (told: Told) => void): number {
  if (!worker) {
    worker = new Worker(new URL("./hash-worker.ts", import.meta.url), { type: "module" })
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      listeners.get(data.id)?.(data)
      if ("failed" in data || data.sha256 !== undefined) drop(data.id)
    }
    // The worker itself did not come: the hub is away.
    worker.onerror = () => {
      for (const [id, listener] of [...listeners]) listener({ id, failed: "worker" })
      for (const id of [...listeners.keys()]) drop(id)
    }
  }
  const id = ++lastId
  listeners.set(id, hear)
  worker.postMessage({ id, what } satisfies Asked)
  return id
}

function forget(id: number): void {
  if (!listeners.has(id)) return
  worker?.postMessage({ stop: id })
  drop(id)
}

function drop(id: number): void {
  listeners.delete(id)
  if (listeners.size > 0) return
  worker?.terminate()
  worker = undefined
}
