import { randomUUID } from "node:crypto"
import { type EndedRun, Exchanges } from "../../src/capabilities/check/exchanges.ts"
import { sha256 } from "../../src/cli/sum/sha256.ts"
import { SumRun, type SumRunOptions } from "../../src/client/line/sum-run.ts"
import { PATTERNS } from "../../src/protocol/exchange.ts"

export type Way = "up" | "down"

/** What the line does to bytes on their way; `at` counts them from the beginning, each way. */
export type Alter = (way: Way, bytes: Uint8Array, at: number) => Uint8Array

export const sumRun = (options: Partial<SumRunOptions> = {}): SumRun =>
  new SumRun({
    sha256,
    run: randomUUID(),
    name: "ada",
    seed: 1,
    patterns: PATTERNS,
    count: 10,
    window: 1,
    numberOf: (seq) => 1 + ((seq - 1) % 100),
    ...options,
  })

/** A client's run and a hub, joined by a line in memory. */
export class ExchangePair {
  readonly ended: EndedRun[] = []
  readonly bytes = { up: 0, down: 0 }
  readonly exchanges: Exchanges
  readonly run: SumRun
  readonly #alter: Alter

  constructor(run: SumRun, alter: Alter = (_, bytes) => bytes, exchanges?: Exchanges) {
    this.run = run
    this.#alter = alter
    this.exchanges = exchanges ?? new Exchanges((ended) => this.ended.push(ended))
  }

  /** Until the run is over, or nothing moves any more. @throws what either end throws */
  exchange(): void {
    const peer = this.exchanges.open("Hub")
    try {
      for (;;) {
        const up = this.run.take()
        if (up) peer.receive(this.#carry("up", up))
        const down = peer.take()
        if (down) this.run.receive(this.#carry("down", down))
        if (this.run.over || (!up && !down)) return
      }
    } finally {
      peer.leave()
    }
  }

  #carry(way: Way, bytes: Uint8Array): Uint8Array {
    const at = this.bytes[way]
    this.bytes[way] += bytes.length
    return this.#alter(way, bytes, at)
  }
}

/** Flips one bit of a payload, and no other. @param byte of the payload */
export function flipPayload(where: { way: Way; seq: number; byte: number; bit: number }): Alter {
  const marker = `"op":"${where.way === "up" ? "request" : "reply"}","seq":${where.seq},`
  return (way, bytes) => {
    const text = Buffer.from(bytes)
    const line = way === where.way ? text.indexOf(marker) : -1
    if (line < 0) return bytes
    text[text.indexOf("\n", line) + 1 + where.byte]! ^= 1 << where.bit
    return text
  }
}
