/** Named events with typed values. A listener that throws disturbs neither the others nor the session. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>()

  /** @returns a function that takes the listener off again */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** Whether anybody listens. */
  heard(name: keyof Events): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0
  }

  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    for (const listener of (this.#listeners.get(name) ?? []) as Iterable<(value: Events[Name]) => void>)
      try {
        listener(value)
      } catch (error) {
        // It is the listener's author who must see it, as with any uncaught error.
        queueMicrotask(() => {
          throw error
        })
      }
  }
}
