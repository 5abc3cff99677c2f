import { crc32 } from "./crc32.ts"
import { getRun, isProbe, KINDS, PROBE_HEAD_BYTES, viewOf } from "./probe.ts"

const WINDOW = 1_024 // a probe that comes later than so many after it is not told from its duplicate

/** What came in of one run. */
export class ProbeTally {
  #received = 0
  #duplicates = 0
  #reordered = 0
  #highest = 0
  readonly #seen = new Uint32Array(WINDOW / 32) // bits of the last WINDOW sequences

  /** Counts a probe that came in. */
  count(seq: number): void {
    if (seq > this.#highest) {
      for (let at = Math.max(this.#highest + 1, seq - WINDOW + 1); at < seq; at++) this.#mark(at, false)
      this.#highest = seq
    } else if (seq > this.#highest - WINDOW && this.#marked(seq)) {
      this.#duplicates++
      return
    } else this.#reordered++
    this.#received++
    this.#mark(seq, true)
  }

  /** Writes the counts into a reply. */
  write(reply: DataView): void {
    reply.setUint32(20, this.#received)
    reply.setUint32(24, this.#duplicates)
    reply.setUint32(28, this.#reordered)
  }

  #marked(seq: number): boolean {
    return (this.#seen[(seq % WINDOW) >> 5]! & (1 << (seq & 31))) !== 0
  }

  #mark(seq: number, seen: boolean): void {
    const word = (seq % WINDOW) >> 5
    if (seen) this.#seen[word]! |= 1 << (seq & 31)
    else this.#seen[word]! &= ~(1 << (seq & 31))
  }
}

export interface ReplyOptions {
  /** ms since 1970 */
  now(): number
  /** Runs that are counted at a time, of one source; of those above, the one begun first is forgotten. */
  readonly runsMax: number
}

/** Answers the probes of one source: a connection, or an address. */
export class ProbeReplies {
  readonly #options: ReplyOptions
  readonly #tallies = new Map<number, ProbeTally>()

  constructor(options: ReplyOptions) {
    this.#options = options
  }

  /**
   * Turns a probe into its reply, in place and just as long.
   * @param receivedMs ms since 1970 at which it came
   * @returns false where it is none, or damaged: then nothing is to be answered
   */
  answer(bytes: Uint8Array, receivedMs: number): boolean {
    const view = viewOf(bytes)
    if (!isProbe(bytes, view)) return false
    const kind = view.getUint8(4)
    if (kind !== KINDS.probe && kind !== KINDS.tally) return false // two hubs must not answer each other for ever
    const tally = this.#tally(getRun(view))
    if (kind === KINDS.probe) tally.count(view.getUint32(16))
    view.setUint8(4, kind + 1)
    tally.write(view)
    if (bytes.length > PROBE_HEAD_BYTES) view.setUint32(56, crc32(bytes, PROBE_HEAD_BYTES))
    view.setFloat64(40, receivedMs)
    view.setFloat64(48, this.#options.now())
    view.setUint32(60, crc32(bytes, 0, 60))
    return true
  }

  #tally(run: number): ProbeTally {
    let tally = this.#tallies.get(run)
    if (tally) return tally
    if (this.#tallies.size >= this.#options.runsMax) this.#tallies.delete(this.#tallies.keys().next().value!)
    tally = new ProbeTally()
    this.#tallies.set(run, tally)
    return tally
  }
}
