import { LandlineError } from "../protocol/errors.ts"
import type { Request } from "../protocol/messages.ts"

interface Pending {
  readonly message: Request
  readonly kind: "question" | "change"
  sent: boolean
  readonly resolve: (result: never) => void
  readonly reject: (error: LandlineError) => void
}

/** Requests that wait for their answer, by number. */
export class Requests {
  readonly #send: (message: Request) => void
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #live = false

  constructor(send: (message: Request) => void) {
    this.#send = send
  }

  nextId(): number {
    return ++this.#lastId
  }

  /** @param kind a question may be asked twice, a change may not be made twice */
  ask<T>(make: (id: number) => Request, kind: "question" | "change"): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const id = this.nextId()
      const pending: Pending = { message: make(id), kind, sent: false, resolve, reject }
      this.#pending.set(id, pending)
      if (this.#live) this.#dispatch(pending)
    })
  }

  up(): void {
    this.#live = true
    for (const pending of this.#pending.values()) this.#dispatch(pending)
  }

  down(): void {
    this.#live = false
    for (const [id, { kind, sent }] of this.#pending)
      if (kind === "change" && sent)
        this.refused(
          id,
          new LandlineError(
            "no_hub",
            {},
            "The line dropped before the hub answered: look whether it was done.",
          ),
        )
  }

  answered(id: number, result: unknown): void {
    this.#pending.get(id)?.resolve(result as never)
    this.#pending.delete(id)
  }

  /** @returns false where no request of that number waits */
  refused(id: number, error: LandlineError): boolean {
    this.#pending.get(id)?.reject(error)
    return this.#pending.delete(id)
  }

  fail(error: LandlineError): void {
    for (const id of [...this.#pending.keys()]) this.refused(id, error)
  }

  #dispatch(pending: Pending): void {
    pending.sent = true
    this.#send(pending.message)
  }
}
