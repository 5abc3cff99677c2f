import type { Clock } from "../../core/clock.ts"
import type { Directory, FileRecord } from "../../core/directory.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { Guesses, plainCode } from "./codes.ts"

/** How far whoever asked first has got. */
interface Claim {
  readonly address: string
  /** Bytes from the start that were handed over without a hole. */
  until: number
  /** All of them were. */
  done: boolean
}

/** One-time links: whoever asks first has the file for themselves, until they have got it whole. */
export class Links {
  readonly #directory: Directory
  readonly #clock: Clock
  readonly #guesses: Guesses
  readonly #claims = new Map<string, Claim>() // by code

  constructor(directory: Directory, clock: Clock) {
    this.#directory = directory
    this.#clock = clock
    this.#guesses = new Guesses(clock)
  }

  /** See `Files.peek`. */
  async peek(code: string, address: string): Promise<FileRecord> {
    this.#guesses.admit(address)
    const file = await this.#directory.fileOfCode(plainCode(code))
    if (!file || (file.expires > 0 && file.expires <= this.#clock.now())) {
      this.#guesses.wrong(address)
      throw nothing()
    }
    const claim = this.#claims.get(file.code)
    if (claim && (claim.address !== address || claim.done)) throw nothing()
    return file
  }

  /** See `Files.redeem`. */
  async redeem(code: string, address: string): Promise<FileRecord> {
    const file = await this.peek(code, address)
    if (!this.#claims.has(file.code)) this.#claims.set(file.code, { address, until: 0, done: false })
    return file
  }

  /** See `Files.handedOver`. */
  handedOver({ code, bytes }: FileRecord, from: number, to: number): boolean {
    const claim = this.#claims.get(code)
    if (!claim || claim.done || from > claim.until) return false
    claim.until = Math.max(claim.until, to)
    claim.done = claim.until === bytes
    return claim.done
  }

  /** See `Files.lost`. */
  lost({ code, bytes }: FileRecord): void {
    const claim = this.#claims.get(code)
    // Nobody knows how much arrived; whoever asks again does, and may ask for the rest alone.
    if (claim) Object.assign(claim, { until: Math.max(0, bytes - 1), done: false })
  }

  /** The file is gone. */
  forget({ code }: FileRecord): void {
    this.#claims.delete(code)
  }
}

const nothing = () =>
  new LandlineError("unknown_file", {}, "There is nothing for that code; it works once, and for a week.")
