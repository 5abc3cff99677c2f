import { setTimeout as sleep } from "node:timers/promises"
import type { ReturningPeer } from "../peers/returning-peer.ts"
import { nowMs } from "../support/clock.ts"
import { Returning } from "./returning.ts"

const textBytes = 128
const storedTimeoutMs = 60_000
const retryMs = 50 // it is there again before its receivers are
const askAgainMs = 20

/** Message `n`: its number, and when it was made on the clock that all processes share. */
const textOf = (n: number): string => `${n} ${nowMs()} `.padEnd(textBytes, ".")

/** Publishes at a steady pace whatever becomes of the server: what it has not stored is said again. */
export class Publisher implements Disposable {
  readonly #peer: ReturningPeer
  readonly #line: Returning
  readonly #timer: NodeJS.Timeout
  readonly #unstored = new Map<number, string>()
  #made = 0
  #live = false

  constructor(peer: ReturningPeer, port: number, everyMs: number) {
    this.#peer = peer
    const talk = peer.publisher({
      live: () => {
        this.#live = true
        for (const message of this.#unstored.values()) this.#line.say(message)
      },
      stored: (last) => {
        for (const n of this.#unstored.keys()) if (n <= last) this.#unstored.delete(n)
      },
    })
    this.#line = new Returning(peer, port, talk, {
      waitMs: () => retryMs,
      lost: () => {
        this.#live = false
      },
    })
    this.#timer = setInterval(() => this.#make(), everyMs)
  }

  #make(): void {
    const n = ++this.#made
    const message = this.#peer.publish(n, textOf(n))
    this.#unstored.set(n, message)
    if (this.#live) this.#line.say(message)
  }

  /** Stops. @returns how many messages there are, all stored now @throws Error when they are not within 60 s */
  async end(): Promise<number> {
    clearInterval(this.#timer)
    for (let waitedMs = 0; this.#unstored.size > 0; waitedMs += askAgainMs) {
      if (waitedMs > storedTimeoutMs) throw new Error(`${this.#unstored.size} messages were not stored.`)
      await sleep(askAgainMs)
    }
    return this.#made
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#line[Symbol.dispose]()
  }
}
