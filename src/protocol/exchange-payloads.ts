import type { Pattern } from "./exchange.ts"
import { limits } from "./limits.ts"

/**
 * The payloads of a run, which both ends make from its seed: what comes can be compared bit by bit.
 *
 * Exchange `seq` has pattern `(seq - 1) % P` of the run's P patterns, in round `(seq - 1) / P`, rounded down; a round
 * has one size, `PAYLOAD_SIZES[round % 32]`. `zeros` are bytes of 0, `alternating` bytes of 0x55 and 0xAA in turn.
 * `random` is a piece of POOL_BYTES bytes that begins at `4 * (round * 1021 % 5800)`; the pool is the generator of
 * Marsaglia, "Xorshift RNGs", 2003, section 3, with the shifts 13, 17 and 5, from the state `seed` up and
 * `seed ^ 0x9e3779b9` down (1 in place of 0), each number as four bytes, the lowest first. `swapped` is the same
 * piece with the two 16-bit words of each number exchanged: the checksum of RFC 1071 cannot tell these two apart.
 */
export const PAYLOAD_SIZES: readonly number[] = [
  0, 1, 2, 3, 4, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 511, 512, 513, 1_023, 1_024, 1_447,
  1_448, 1_459, 1_460, 1_461, 1_472, 1_473, 1_500, 4_096, 9_000,
]

const POOL_BYTES = 32 * 1024
const STEP = 1_021
const STARTS = 5_800 // the last of them leaves 9,000 bytes and more
const DOWN = 0x9e3779b9

const zeros = new Uint8Array(9_000)
const alternating = new Uint8Array(9_000).map((_, at) => (at % 2 === 0 ? 0x55 : 0xaa))

interface Pool {
  readonly random: Uint8Array
  readonly swapped: Uint8Array
}

/** All payloads of a run. What it gives is not to be written to. */
export class ExchangePayloads {
  readonly #patterns: readonly Pattern[]
  readonly #up: Pool
  readonly #down: Pool

  /** @param seed 0 to 2 ** 32 - 1 */
  constructor(seed: number, patterns: readonly Pattern[]) {
    this.#patterns = patterns
    const bytes = patterns.length > 0 ? POOL_BYTES : 0
    this.#up = poolOf(seed, bytes)
    this.#down = poolOf(seed ^ DOWN, bytes)
  }

  /** Bytes of the payload of an exchange, the same in both directions. */
  size(seq: number): number {
    const count = this.#patterns.length
    return count === 0 ? 0 : PAYLOAD_SIZES[Math.floor((seq - 1) / count) % PAYLOAD_SIZES.length]!
  }

  up(seq: number): Uint8Array {
    return this.#payload(seq, this.#up)
  }

  down(seq: number): Uint8Array {
    return this.#payload(seq, this.#down)
  }

  #payload(seq: number, { random, swapped }: Pool): Uint8Array {
    const count = this.#patterns.length
    const size = this.size(seq)
    const pattern = this.#patterns[(seq - 1) % count]
    if (size === 0 || pattern === "zeros") return zeros.subarray(0, size)
    if (pattern === "alternating") return alternating.subarray(0, size)
    const begin = 4 * ((Math.floor((seq - 1) / count) * STEP) % STARTS)
    return (pattern === "random" ? random : swapped).subarray(begin, begin + size)
  }
}

function poolOf(seed: number, bytes: number): Pool {
  const random = new Uint8Array(bytes)
  const swapped = new Uint8Array(bytes)
  let state = seed >>> 0 || 1
  for (let at = 0; at < bytes; at += 4) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    for (let byte = 0; byte < 4; byte++) random[at + byte] = state >>> (8 * byte)
    swapped.set(random.subarray(at + 2, at + 4), at)
    swapped.set(random.subarray(at, at + 2), at + 2)
  }
  return { random, swapped }
}

/** Bits that differ; 7 is the highest of a byte. */
export interface WrongBits {
  /** The first of them. */
  readonly bits: readonly (readonly [byte: number, bit: number])[]
  readonly wrong: number
}

/** @param came as long as `due` @param bitsMax how many are told one by one */
export function wrongBits(came: Uint8Array, due: Uint8Array, bitsMax = limits.sumBitsMax): WrongBits {
  const bits: [number, number][] = []
  let wrong = 0
  for (let byte = 0; byte < due.length; byte++) {
    const differs = came[byte]! ^ due[byte]!
    if (differs === 0) continue
    for (let bit = 7; bit >= 0; bit--) if ((differs >> bit) & 1 && ++wrong <= bitsMax) bits.push([byte, bit])
  }
  return { bits, wrong }
}
