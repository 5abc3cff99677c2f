import { crc32 } from "../../protocol/crc32.ts"
import { PROBE_HEAD_BYTES, probePayload } from "../../protocol/probe.ts"
import type { Damage } from "./run.ts"

export interface Flip {
  /** From 0, the highest bit of the first byte of the probe. */
  readonly bit: number
  readonly direction: Damage["direction"]
}

const FLIPS_MAX = 1_000 // of one payload: one that has more is not damaged but another
const MIXED_MAX = 12 // flips of one payload that are told apart where some went up and some came down

/** Finds the bits of payloads that were flipped, and on which way. */
export class PayloadFlips {
  readonly #run: number
  readonly #sent: Uint8Array

  /** @param bytes of a whole probe */
  constructor(run: number, bytes: number) {
    this.#run = run
    this.#sent = new Uint8Array(bytes - PROBE_HEAD_BYTES)
  }

  /**
   * @param reply a whole probe that came back
   * @param hubCrc what the hub says is the checksum of the payload that it received
   */
  find(seq: number, reply: Uint8Array, hubCrc: number): Flip[] {
    const sent = this.#sent
    probePayload(this.#run, seq, sent)
    const bits: number[] = []
    for (let at = 0; at < sent.length && bits.length < FLIPS_MAX; at++) {
      const flipped = sent[at]! ^ reply[PROBE_HEAD_BYTES + at]!
      for (let mask = 0x80, bit = at * 8; flipped !== 0 && mask !== 0; mask >>= 1, bit++)
        if (flipped & mask) bits.push(bit)
    }
    if (bits.length === 0) return []
    const up = new Set(this.#flippedUp(bits, hubCrc))
    return bits.map((bit) => ({
      bit: PROBE_HEAD_BYTES * 8 + bit,
      direction: up.has(bit) ? "up" : "down",
    }))
  }

  /**
   * Those that were flipped when the hub took its checksum. A CRC is linear: what one flipped bit changes in it does not
   * depend on the others, so those are sought whose changes add up to the change that the hub saw.
   */
  #flippedUp(bits: readonly number[], hubCrc: number): readonly number[] {
    const sentCrc = crc32(this.#sent)
    const changes = bits.map((bit) => this.#crcWithout(bit) ^ sentCrc)
    const wanted = (hubCrc ^ sentCrc) | 0
    if (wanted === 0) return []
    if (changes.reduce((sum, change) => sum ^ change, 0) === wanted) return bits
    const mixed = Math.min(bits.length, MIXED_MAX)
    for (let chosen = 1; chosen < 1 << mixed; chosen++) {
      let sum = 0
      for (let n = 0; n < mixed; n++) if (chosen & (1 << n)) sum ^= changes[n]!
      if (sum === wanted) return bits.filter((_, n) => chosen & (1 << n))
    }
    return []
  }

  #crcWithout(bit: number): number {
    const mask = 0x80 >> (bit & 7)
    this.#sent[bit >> 3]! ^= mask
    const crc = crc32(this.#sent)
    this.#sent[bit >> 3]! ^= mask
    return crc
  }
}
