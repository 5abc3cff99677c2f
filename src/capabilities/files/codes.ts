import { randomInt } from "node:crypto"
import type { Clock } from "../../core/clock.ts"
import { LandlineError } from "../../protocol/errors.ts"

/** Letters and digits that nobody takes for each other. 31^8 codes: a thousand guesses a minute find none. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
const LENGTH = 8
const WRONG_PER_ADDRESS = 10
const WRONG_OF_ALL = 1_000
const WRONG_WINDOW_MS = 60_000

/** A new code, such as `K7QM3FXA`. */
export function newCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("")
}

/** A code as it is kept, however somebody typed it; empty where it cannot be one. */
export function plainCode(text: string): string {
  const code = text.toUpperCase().replaceAll(/[-\s]/g, "")
  return code.length === LENGTH && [...code].every((sign) => ALPHABET.includes(sign)) ? code : ""
}

/** Bounds the wrong codes of each address, and of all together, so that codes can be short. */
export class Guesses {
  readonly #clock: Clock
  readonly #wrong = new Map<string, number>() // by address
  #wrongOfAll = 0
  #since = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws LandlineError slow_down after too many wrong ones */
  admit(address: string): void {
    const now = this.#clock.now()
    if (now - this.#since >= WRONG_WINDOW_MS) {
      this.#wrong.clear()
      this.#wrongOfAll = 0
      this.#since = now
    }
    if (this.#wrongOfAll >= WRONG_OF_ALL || (this.#wrong.get(address) ?? 0) >= WRONG_PER_ADDRESS)
      throw new LandlineError(
        "slow_down",
        {},
        "Too many wrong codes were tried. Wait a minute, then try again.",
      )
  }

  wrong(address: string): void {
    this.#wrong.set(address, (this.#wrong.get(address) ?? 0) + 1)
    this.#wrongOfAll++
  }
}
