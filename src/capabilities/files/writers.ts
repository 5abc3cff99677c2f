import { LandlineError } from "../../protocol/errors.ts"

interface Writer {
  readonly abort: AbortController
  readonly done: Promise<unknown>
}

/** At most one writer for each upload: a newer request ends an older one, which may be a line that died unnoticed. */
export class Writers {
  readonly #writers = new Map<string, Writer>()
  #closed = false

  /**
   * Ends whoever writes, and then writes.
   * @param write gets a signal that says when to stop, with `superseded` or `stopping` as its reason
   */
  run<T>(upload: string, write: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new LandlineError("stopping"))
    const before = this.#writers.get(upload)
    before?.abort.abort(new LandlineError("superseded"))
    const abort = new AbortController()
    const done = Promise.resolve(before?.done)
      .catch(() => {}) // it was told to whoever called for it
      .then(() => {
        abort.signal.throwIfAborted()
        return write(abort.signal)
      })
      .finally(() => {
        if (this.#writers.get(upload) === writer) this.#writers.delete(upload)
      })
    const writer = { abort, done }
    this.#writers.set(upload, writer)
    return done
  }

  /** Ends whoever writes. */
  async end(upload: string): Promise<void> {
    const writer = this.#writers.get(upload)
    writer?.abort.abort(new LandlineError("superseded"))
    await writer?.done.catch(() => {}) // it was told to whoever called for it
  }

  busy(upload: string): boolean {
    return this.#writers.has(upload)
  }

  /** Ends all, and resolves when they have ended. */
  async close(): Promise<void> {
    this.#closed = true
    const writers = [...this.#writers.values()]
    for (const { abort } of writers) abort.abort(new LandlineError("stopping"))
    await Promise.allSettled(writers.map(({ done }) => done))
  }
}

/**
 * What the source gives, until it ends or the signal says so; then the source is told to end as well.
 * @throws the signal's reason, or what the source throws
 */
export async function* until(source: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await nextOf(iterator, signal)
      if (done) return
      yield value
    }
  } finally {
    // Not awaited: a source that waits for a line that is dead would end only with it.
    iterator.return?.().catch(() => {})
  }
}

/** A race that leaves nothing behind, since a large file has a hundred thousand of them. */
function nextOf<T>(iterator: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener("abort", stop, { once: true })
    const settled = () => signal.removeEventListener("abort", stop)
    iterator.next().then(resolve, reject).finally(settled)
  })
}
