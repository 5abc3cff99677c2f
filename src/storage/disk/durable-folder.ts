import { makeFolder } from "../folder.ts"
import { system } from "./system.ts"

/** A folder whose changes can be made durable; who asks for it at the same time shares one call. */
export class DurableFolder {
  readonly path: string
  readonly #fd: number
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  private constructor(path: string, fd: number) {
    this.path = path
    this.#fd = fd
  }

  /** Opens it, and makes it where it is missing. */
  static async open(path: string): Promise<DurableFolder> {
    makeFolder(path)
    return new DurableFolder(path, await system.open(path, "r"))
  }

  /** Resolves when all that was done in the folder before this call survives a loss of power. */
  sync(): Promise<void> {
    // One that runs may have begun before the caller's change, so that the caller needs the next.
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#running = this.#next!
        this.#next = undefined
        return system.fsync(this.#fd)
      })
    return this.#next
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#running, this.#next])
    await system.close(this.#fd)
  }
}
