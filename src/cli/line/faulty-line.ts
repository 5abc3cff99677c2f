import type { Damage } from "../../client/line/run.ts"
import { isProbe, KINDS, PROBE_HEAD_BYTES, viewOf } from "../../protocol/probe.ts"

/** Parts of the probes, or of the replies, to which this is done: 0 to 1. */
export interface Faults {
  readonly loss?: number
  readonly duplication?: number
  /** Held back until the next one has gone. */
  readonly reordering?: number
  /** One bit is flipped: of a probe in its payload, since one with a damaged head is lost. */
  readonly corruption?: number
}

export interface LineFaults {
  readonly up?: Faults
  readonly down?: Faults
}

/** What was done to the probes of one run, as it turned out. */
export interface LineTruth {
  readonly lostUp: number
  readonly lostDown: number
  readonly duplicatesUp: number
  readonly duplicatesDown: number
  readonly reorderedUp: number
  readonly reorderedDown: number
  /** Of replies that were delivered. */
  readonly damages: readonly Damage[]
}

type Send = (bytes: Uint8Array) => void

const HELD_MS = 50 // where no next one comes

/** A line between a client and a hub that does to probes what it is told, by chance, and keeps the truth about it. */
export class FaultyLine {
  readonly #toHub: Send
  readonly #toClient: Send
  readonly #up: FaultyWay
  readonly #down: FaultyWay
  readonly #sent = new Set<number>()
  readonly #answered = new Set<number>()
  readonly #atHub = new Arrivals()
  readonly #here = new Arrivals()
  /** Of each probe that was delivered to the hub, in order. */
  readonly #flipsUp: (readonly Damage[])[] = []
  readonly #damages: Damage[] = []

  /** @param chance numbers in [0, 1) */
  constructor({ up = {}, down = {} }: LineFaults, chance: () => number, toHub: Send, toClient: Send) {
    this.#toHub = toHub
    this.#toClient = toClient
    this.#up = new FaultyWay(up, "up", chance, ({ bytes, id, flips }) => {
      this.#atHub.note(id)
      this.#flipsUp.push(flips)
      toHub(bytes)
    })
    this.#down = new FaultyWay(down, "down", chance, ({ bytes, seq, id, flips }) => {
      this.#here.note(id)
      this.#answered.add(seq)
      this.#damages.push(...this.#flipsUp[id - 1]!, ...flips)
      toClient(bytes)
    })
  }

  /** What the client sends. Tallies, and what is no probe, are carried as they are. */
  up(bytes: Uint8Array): void {
    const view = viewOf(bytes)
    if (isProbe(bytes, view) && view.getUint8(4) === KINDS.probe) {
      const seq = view.getUint32(16)
      this.#sent.add(seq)
      return this.#up.take(bytes, seq, seq)
    }
    this.#up.release()
    this.#toHub(bytes)
  }

  /** What the hub sends. */
  down(bytes: Uint8Array): void {
    const view = viewOf(bytes)
    if (view.getUint8(4) === KINDS.reply) {
      // By the hub's own counts: which of the probes that were delivered to it this answers.
      const id = view.getUint32(20) + view.getUint32(24)
      return this.#down.take(bytes, view.getUint32(16), id)
    }
    this.#down.release()
    this.#toClient(bytes)
  }

  truth(): LineTruth {
    return {
      lostUp: this.#sent.size - this.#atHub.distinct,
      lostDown: this.#atHub.distinct - this.#answered.size,
      duplicatesUp: this.#atHub.duplicates,
      duplicatesDown: this.#here.duplicates,
      reorderedUp: this.#atHub.reordered,
      reorderedDown: this.#here.reordered,
      damages: this.#damages,
    }
  }
}

/** What came at one end. */
class Arrivals {
  readonly #seen = new Set<number>()
  #highest = 0
  duplicates = 0
  reordered = 0

  get distinct(): number {
    return this.#seen.size
  }

  note(id: number): void {
    if (this.#seen.has(id)) this.duplicates++
    else if (id < this.#highest) this.reordered++
    this.#seen.add(id)
    this.#highest = Math.max(this.#highest, id)
  }
}

interface Copy {
  readonly bytes: Uint8Array
  readonly seq: number
  /** Tells it from others on the same way; duplicates have the same. */
  readonly id: number
  readonly flips: readonly Damage[]
}

/** One direction of a line. */
class FaultyWay {
  readonly #faults: Faults
  readonly #direction: Damage["direction"]
  readonly #chance: () => number
  readonly #deliver: (copy: Copy) => void
  #held: Copy | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(
    faults: Faults,
    direction: Damage["direction"],
    chance: () => number,
    deliver: (copy: Copy) => void,
  ) {
    this.#faults = faults
    this.#direction = direction
    this.#chance = chance
    this.#deliver = deliver
  }

  take(bytes: Uint8Array, seq: number, id: number): void {
    const { loss, corruption, duplication, reordering } = this.#faults
    if (this.#happens(loss)) return
    const own = Uint8Array.from(bytes) // slice would not copy a Buffer
    const copy = { bytes: own, seq, id, flips: this.#happens(corruption) ? this.#flip(own, seq) : [] }
    if (!this.#held && this.#happens(reordering)) {
      this.#held = copy
      this.#timer = setTimeout(() => this.release(), HELD_MS)
      return
    }
    const again = this.#happens(duplication) ? { ...copy, bytes: own.slice() } : undefined
    this.#deliver(copy) // its bytes may become the reply
    if (again) this.#deliver(again)
    this.release()
  }

  /** Lets go what is held back. */
  release(): void {
    const held = this.#held
    this.#held = undefined
    clearTimeout(this.#timer)
    if (held) this.#deliver(held)
  }

  #happens(part = 0): boolean {
    return this.#chance() < part
  }

  #flip(bytes: Uint8Array, seq: number): Damage[] {
    const from = this.#direction === "up" ? PROBE_HEAD_BYTES : 0
    if (bytes.length === from) return []
    const byte = from + Math.floor(this.#chance() * (bytes.length - from))
    const bit = Math.floor(this.#chance() * 8)
    bytes[byte]! ^= 1 << bit
    return [{ seq, direction: this.#direction, byte, bit }]
  }
}
