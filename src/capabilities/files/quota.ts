import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"

/** Bounds of the bytes that files may take. 0: none. */
export interface QuotaSettings {
  readonly bytesMax: number
  readonly bytesPerPersonMax: number
}

/** What an upload has of the quota. */
export interface Reservation {
  readonly sender: string
  bytes: number
}

/** Counts what files take, and what uploads may come to take: reserved when they begin. */
export class Quota {
  readonly #settings: QuotaSettings
  readonly #bySender = new Map<string, number>()
  readonly #reserved = new Map<string, Reservation>() // by upload
  #all = 0
  #reservedAll = 0

  constructor(settings: QuotaSettings) {
    this.#settings = settings
  }

  /** Takes over what is stored already. */
  begin(all: number, bySender: ReadonlyMap<string, number>): void {
    this.#all = all
    for (const [sender, bytes] of bySender) this.#bySender.set(sender, bytes)
  }

  /**
   * Reserves bytes for an upload; more or less than before, where it has some.
   * @throws LandlineError over_quota | too_many, and then what it had stays
   */
  reserve(upload: string, sender: string, bytes: number): void {
    const before = this.#reserved.get(upload)
    if (!before) this.#refuseTooMany(sender)
    const more = bytes - (before?.bytes ?? 0)
    const { bytesMax, bytesPerPersonMax } = this.#settings
    if (more > 0 && bytesMax > 0 && this.#all + this.#reservedAll + more > bytesMax)
      throw new LandlineError("over_quota", { bytesMax })
    if (more > 0 && bytesPerPersonMax > 0 && this.#of(sender) + more > bytesPerPersonMax)
      throw new LandlineError(
        "over_quota",
        { bytesMax: bytesPerPersonMax },
        "There is no room for that file: your limit for files on this hub is reached. Delete some first.",
      )
    this.#reservedAll += more
    if (before) before.bytes = bytes
    else this.#reserved.set(upload, { sender, bytes })
  }

  /** The upload is over: thrown away, or a file, which is counted by `add`. */
  release(upload: string): Reservation | undefined {
    const reservation = this.#reserved.get(upload)
    this.#reservedAll -= reservation?.bytes ?? 0
    this.#reserved.delete(upload)
    return reservation
  }

  /** Gives back what `release` took, whatever came between. */
  restore(upload: string, reservation: Reservation | undefined): void {
    if (!reservation) return
    this.#reserved.set(upload, reservation)
    this.#reservedAll += reservation.bytes
  }

  /** @param stored whether the bytes were new to the hub; a negative size takes a file off again */
  add(sender: string, bytes: number, stored: boolean): void {
    this.#bySender.set(sender, (this.#bySender.get(sender) ?? 0) + bytes)
    if (stored) this.#all += bytes
  }

  #refuseTooMany(sender: string): void {
    let own = 0
    for (const reservation of this.#reserved.values()) if (reservation.sender === sender) own++
    if (this.#reserved.size >= limits.uploadsMax || own >= limits.uploadsPerPersonMax)
      throw new LandlineError("too_many", {}, "Too many uploads are open. Finish some of them first.")
  }

  #of(sender: string): number {
    let sum = this.#bySender.get(sender) ?? 0
    for (const reservation of this.#reserved.values())
      if (reservation.sender === sender) sum += reservation.bytes
    return sum
  }
}
