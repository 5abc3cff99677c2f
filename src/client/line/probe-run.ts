import { flippedHeadBit, getRun, isProbe, KINDS, PROBE_HEAD_BYTES, viewOf } from "../../protocol/probe.ts"
import { PayloadFlips } from "./payload-flips.ts"
import { type Damage, type LineRun, MARKS, type RunCounts } from "./run.ts"

/** Probes in one run: 40 MB of stamps. */
export const PROBES_MAX = 1_000_000
const DAMAGES_MAX = 10_000 // places that are kept; what is damaged beyond them is still counted
const AGAIN_MAX = 100_000 // replies to a duplicate that are known by their stamp
const GROW = 4_096 // probes
const TIMER_MS = 0.5 // a probe that is sent later than planned by so much bears the mark

export interface ProbeRunOptions {
  /** Random, below 2^53. */
  readonly run: number
  /** Of a probe. */
  readonly bytes: number
  readonly lateMs: number
}

/**
 * The books of one run of probes: what was sent, what came back, and what must have happened between. Pure; times are
 * ms from the beginning of the run.
 */
export class ProbeRun {
  readonly #options: ProbeRunOptions
  readonly #flips: PayloadFlips
  readonly #plannedMs = growing()
  readonly #sentMs = growing()
  readonly #receivedMs = growing()
  readonly #hubReceivedMs = growing()
  readonly #hubSentMs = growing()
  readonly #marks = new Uint8Array(new ArrayBuffer(0, { maxByteLength: PROBES_MAX }))
  readonly #damages: Damage[] = []
  /** Stamps of the replies that the hub gave to duplicates. */
  readonly #again = new Set<number>()
  /** Of the replies that came, the one that the hub sent last: its number by the hub's counts, and its stamp. */
  #lastNumber = 0
  #lastHubSentMs = 0
  #quiet = 0 // so many, from the first, are not on their way any more
  /** As the hub counted. `anew`: it had forgotten the run in the midst of it, or was started again. */
  readonly #hub = { tallied: false, anew: false, received: 0, duplicates: 0, reordered: 0 }
  readonly #here = { sent: 0, received: 0, duplicates: 0, reordered: 0, late: 0, damaged: 0, strangers: 0 }

  constructor(options: ProbeRunOptions) {
    this.#options = options
    this.#flips = new PayloadFlips(options.run, options.bytes)
  }

  /** Probes sent so far, which is the sequence of the last. */
  get sent(): number {
    return this.#here.sent
  }

  /** Probes to which a reply came. */
  get received(): number {
    return this.#here.received
  }

  /** Whether the hub told its counts of all that was sent: it answered a tally that bears the last sequence. */
  get tallied(): boolean {
    return this.#hub.tallied
  }

  /** Notes a probe that was sent. Its sequence is one more than that of the last; `PROBES_MAX` at most. */
  noteSent(plannedMs: number, sentMs: number): void {
    const at = this.#here.sent++
    if (at === this.#marks.length) this.#grow()
    this.#plannedMs[at] = plannedMs
    this.#sentMs[at] = sentMs
    this.#receivedMs[at] = this.#hubReceivedMs[at] = this.#hubSentMs[at] = Number.NaN
    if (sentMs - plannedMs > TIMER_MS) this.#marks[at] = MARKS.timer
  }

  /**
   * Takes what came, whatever it is.
   * @param bytes may be repaired in place
   * @returns the sequence of the probe that this answers for the first time; else 0
   */
  noteReceived(bytes: Uint8Array, receivedMs: number): number {
    const here = this.#here
    const view = viewOf(bytes)
    const flipped = repaired(bytes, view)
    const ours = bytes.length === this.#options.bytes && getRun(view) === this.#options.run
    if (flipped === undefined) {
      if (ours) here.damaged++
      else here.strangers++
      return 0
    }
    const kind = view.getUint8(4)
    const seq = view.getUint32(16)
    const isReply = kind === KINDS.reply && seq >= 1 && seq <= here.sent
    if (!ours || !(isReply || kind === KINDS.tallied)) {
      here.strangers++
      return 0
    }
    this.#noteDamage(seq, flipped, bytes, view)
    this.#noteHub(view)
    if (isReply) return this.#noteReply(seq, view, receivedMs)
    this.#hub.tallied ||= seq > 0 && seq === here.sent
    return 0
  }

  /** Whether nothing is on its way: each probe was answered, or its reply would be late. */
  isQuiet(nowMs: number): boolean {
    const { sent } = this.#here
    while (this.#quiet < sent && (this.#receivedMs[this.#quiet]! >= 0 || this.#isLate(this.#quiet, nowMs)))
      this.#quiet++
    return this.#quiet === sent
  }

  /** ms from the plan to the reply; NaN while there is none. */
  responseMs(seq: number): number {
    return this.#receivedMs[seq - 1]! - this.#plannedMs[seq - 1]!
  }

  /** ms from the beginning of the run at which a probe was sent. */
  sentMs(seq: number): number {
    return this.#sentMs[seq - 1]!
  }

  /** @param about what the books do not know */
  toLineRun(about: Omit<LineRun, "samples" | "counts" | "damages" | "bytes">): LineRun {
    const samples = {
      plannedMs: this.#plannedMs.slice(0, this.sent),
      sentMs: this.#sentMs.slice(0, this.sent),
      receivedMs: this.#receivedMs.slice(0, this.sent),
      hubReceivedMs: this.#hubReceivedMs.slice(0, this.sent),
      hubSentMs: this.#hubSentMs.slice(0, this.sent),
      marks: this.#marks.slice(0, this.sent),
    }
    return { ...about, bytes: this.#options.bytes, samples, counts: this.#counts(), damages: this.#damages }
  }

  #counts(): RunCounts {
    const { sent, received, duplicates, reordered, late, damaged, strangers } = this.#here
    const hub = this.#hub
    const known = hub.tallied && !hub.anew && hub.received >= received && hub.received <= sent
    return {
      sent,
      received,
      lost: sent - received,
      lostUp: known ? sent - hub.received : undefined,
      lostDown: known ? hub.received - received : undefined,
      duplicatesUp: known ? hub.duplicates : undefined,
      duplicatesDown: duplicates,
      reorderedUp: known ? hub.reordered : undefined,
      reorderedDown: reordered,
      late,
      damaged,
      strangers,
    }
  }

  #noteReply(seq: number, view: DataView, receivedMs: number): number {
    const here = this.#here
    const at = seq - 1
    const isFirst = Number.isNaN(this.#receivedMs[at])
    const hubSentMs = view.getFloat64(48) // the same in two replies only where one is a copy of the other
    if (!isFirst && (hubSentMs === this.#hubSentMs[at] || this.#again.has(hubSentMs))) {
      here.duplicates++
      return 0
    }
    const number = view.getUint32(20) + view.getUint32(24)
    // Overtaken, as both say: the clock of a hub may be set back, and one that was started again counts anew.
    if (number < this.#lastNumber && hubSentMs < this.#lastHubSentMs) here.reordered++
    else {
      if (number < this.#lastNumber && hubSentMs > this.#lastHubSentMs) this.#hub.anew = true
      this.#lastNumber = number
      this.#lastHubSentMs = hubSentMs
    }
    if (!isFirst) {
      if (this.#again.size < AGAIN_MAX) this.#again.add(hubSentMs)
      return 0
    }
    this.#receivedMs[at] = receivedMs
    this.#hubReceivedMs[at] = view.getFloat64(40)
    this.#hubSentMs[at] = hubSentMs
    here.received++
    if (this.#isLate(at, receivedMs)) here.late++
    return seq
  }

  #isLate(at: number, nowMs: number): boolean {
    return nowMs - this.#sentMs[at]! > this.#options.lateMs
  }

  #noteHub(view: DataView): void {
    const hub = this.#hub
    hub.received = Math.max(hub.received, view.getUint32(20))
    hub.duplicates = Math.max(hub.duplicates, view.getUint32(24))
    hub.reordered = Math.max(hub.reordered, view.getUint32(28))
  }

  /** @param flipped the bit of the head that was repaired, or -1 */
  #noteDamage(seq: number, flipped: number, bytes: Uint8Array, view: DataView): void {
    const flips = bytes.length > PROBE_HEAD_BYTES ? this.#flips.find(seq, bytes, view.getUint32(56)) : []
    if (flipped < 0 && flips.length === 0) return
    this.#here.damaged++
    if (flipped >= 0) this.#keep(seq, flipped, "down") // a hub does not answer a probe with a damaged head
    for (const { bit, direction } of flips) this.#keep(seq, bit, direction)
  }

  #keep(seq: number, bit: number, direction: "up" | "down"): void {
    if (this.#damages.length >= DAMAGES_MAX) return
    this.#damages.push({ seq, direction, byte: bit >> 3, bit: 7 - (bit & 7) })
  }

  #grow(): void {
    const probes = Math.min(this.#marks.length + GROW, PROBES_MAX)
    for (const column of [
      this.#plannedMs,
      this.#sentMs,
      this.#receivedMs,
      this.#hubReceivedMs,
      this.#hubSentMs,
    ])
      column.buffer.resize(probes * Float64Array.BYTES_PER_ELEMENT)
    this.#marks.buffer.resize(probes)
  }
}

/** One value per probe. It grows in place: to copy it would hold up the probes. */
function growing(): Float64Array<ArrayBuffer> {
  return new Float64Array(new ArrayBuffer(0, { maxByteLength: PROBES_MAX * Float64Array.BYTES_PER_ELEMENT }))
}

/** Repairs a head with one flipped bit. @returns the bit; -1 where all was well; undefined where nothing helps */
function repaired(bytes: Uint8Array, view: DataView): number | undefined {
  if (isProbe(bytes, view)) return -1
  const bit = flippedHeadBit(bytes)
  if (bit === undefined) return undefined
  bytes[bit >> 3]! ^= 0x80 >> (bit & 7)
  return isProbe(bytes, view) ? bit : undefined
}
