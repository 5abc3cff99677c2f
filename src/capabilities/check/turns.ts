import type { Clock } from "../../core/clock.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import type { TurnInfo } from "../../protocol/line.ts"

interface Turn {
  readonly id: string
  /** Whose it is: an address. */
  readonly from: string
  /** Downloads and uploads that run. */
  transfers: number
  /** When it was last asked about, or began. ms since 1970 */
  heardMs: number
  /** Measures at the same time as the others, on purpose. */
  readonly together: boolean
  begun: boolean
}

/** Throughput tests, one at a time: thirty people who press the button do not measure each other. */
export class Turns {
  readonly #clock: Clock
  readonly #newId: () => string
  readonly #turns = new Map<string, Turn>()

  /** @param newId makes ids that cannot be guessed */
  constructor(clock: Clock, newId: () => string) {
    this.#clock = clock
    this.#newId = newId
  }

  /**
   * @param from the address that asks: one alone does not fill the queue
   * @param together does not wait, and keeps nobody waiting
   * @throws LandlineError too_many
   */
  take(from: string, together: boolean): TurnInfo {
    this.#forget()
    const own = [...this.#turns.values()].filter((turn) => turn.from === from).length
    if (this.#turns.size >= limits.turnsMax || own >= limits.turnsPerAddressMax)
      throw new LandlineError("too_many")
    const begin = { heardMs: this.#clock.now(), transfers: 0, begun: false }
    const turn: Turn = { id: this.#newId(), from, together, ...begin }
    this.#turns.set(turn.id, turn)
    return this.#info(turn)
  }

  /** How many are ahead. @throws LandlineError not_found for one that is over */
  ask(id: string): TurnInfo {
    this.#forget()
    const turn = this.#turns.get(id)
    if (!turn)
      throw new LandlineError(
        "not_found",
        {},
        "That turn is over, or was not asked about in time. Take another.",
      )
    if (!turn.begun) turn.heardMs = this.#clock.now()
    return this.#info(turn)
  }

  /**
   * Begins a download or an upload.
   * @returns to be called when it is over
   * @throws LandlineError not_found | not_your_turn | too_many
   */
  transfer(id: string): () => void {
    const { ahead } = this.ask(id)
    if (ahead > 0) throw new LandlineError("not_your_turn", { ahead })
    const turn = this.#turns.get(id)!
    if (turn.transfers >= limits.turnTransfersMax) throw new LandlineError("too_many")
    turn.transfers++
    return () => void turn.transfers--
  }

  /** Lets the next begin. */
  end(id: string): void {
    this.#turns.delete(id)
    this.#forget()
  }

  #info(turn: Turn): TurnInfo {
    let ahead = 0
    if (!turn.together)
      for (const other of this.#turns.values()) {
        if (other === turn) break
        if (!other.together) ahead++
      }
    if (ahead === 0 && !turn.begun) {
      turn.begun = true
      turn.heardMs = this.#clock.now()
    }
    return { turn: turn.id, ahead }
  }

  /** Those that were given up, and those that took too long. */
  #forget(): void {
    const now = this.#clock.now()
    for (const turn of this.#turns.values()) {
      turn.heardMs = Math.min(turn.heardMs, now) // the clock may be set back, and the next would wait until it has caught up
      if (now - turn.heardMs > (turn.begun ? limits.turnMs : limits.turnAskedMs)) this.#turns.delete(turn.id)
    }
  }
}
