import type { Socket } from "node:net"
import { LandlineError } from "../../protocol/errors.ts"

const SHARE = 4 // of all places, one address has at most this part: one guest alone keeps nobody out

/** How many connections a door takes, in all and from one address. */
export class Places {
  readonly #max: number
  readonly #taken = new Map<string, number>()
  #all = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Gives the connection a place until it closes. @throws LandlineError too_many */
  take(socket: Socket): void {
    const address = socket.remoteAddress ?? ""
    const own = this.#taken.get(address) ?? 0
    if (this.#all >= this.#max || own >= this.#max / SHARE) throw new LandlineError("too_many")
    this.#all++
    this.#taken.set(address, own + 1)
    socket.once("close", () => this.#leave(address))
  }

  #leave(address: string): void {
    this.#all--
    const own = this.#taken.get(address)! - 1
    if (own > 0) this.#taken.set(address, own)
    else this.#taken.delete(address)
  }
}
