import { LandlineError } from "../../protocol/errors.ts"
import { system } from "./system.ts"

const FLOOR_BYTES = 256 * 1024 * 1024
const FLOOR_SHARE = 0.05 // of a disk so small that FLOOR_BYTES would be much of it

/** Asking the system for each write would cost more than the write of a small file. */
const MEASURED_FOR_MS = 200
const MEASURED_FOR_BYTES = 16 * 1024 * 1024

/** Keeps blobs from filling the disk: the log, which shares it, needs some space to go on. */
export class FreeSpace {
  readonly #folder: string
  readonly #floorBytes: number | undefined
  #aboveFloor = 0
  #measuredAt = -Infinity
  #takenBytes = 0

  /** @param floorBytes left free; by default 256 MiB, on small disks 5 % */
  constructor(folder: string, floorBytes?: number) {
    this.#folder = folder
    this.#floorBytes = floorBytes
  }

  /** Accounts for bytes that are about to be written. @throws LandlineError storage_full */
  async take(bytes: number): Promise<void> {
    if (this.#stale() || bytes > this.#aboveFloor) await this.#measure()
    if (bytes > this.#aboveFloor) throw new LandlineError("storage_full")
    this.#aboveFloor -= bytes
    this.#takenBytes += bytes
  }

  /** Bytes above the floor. */
  async room(): Promise<number> {
    if (this.#stale()) await this.#measure()
    return Math.max(0, this.#aboveFloor)
  }

  #stale(): boolean {
    return performance.now() - this.#measuredAt > MEASURED_FOR_MS || this.#takenBytes > MEASURED_FOR_BYTES
  }

  async #measure(): Promise<void> {
    const { bsize, blocks, bavail } = await system.statfs(this.#folder)
    const floorBytes = this.#floorBytes ?? Math.min(FLOOR_BYTES, blocks * bsize * FLOOR_SHARE)
    this.#aboveFloor = Math.floor(bavail * bsize - floorBytes)
    this.#measuredAt = performance.now()
    this.#takenBytes = 0
  }
}
