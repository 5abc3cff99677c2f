import { flushCompileCache } from "node:module"
import { parentPort, Worker } from "node:worker_threads"
import { type ErrorCode, type ErrorDetails, LandlineError } from "../protocol/errors.ts"

/** Calls into a worker thread, answered in the order in which they were made. */

interface Call {
  readonly id: number
  readonly method: string
  readonly args: unknown[]
}

type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { code: ErrorCode; details: ErrorDetails; message: string } }

// biome-ignore lint/suspicious/noExplicitAny: a method's own types are kept by `WorkerCalls`
type Methods = Record<string, (...args: any[]) => unknown>

/** A result that is moved to the caller rather than copied. */
export class Moved<T> {
  readonly result: T
  readonly transfer: ArrayBuffer[]

  constructor(result: T, transfer: ArrayBuffer[]) {
    this.result = result
    this.transfer = transfer
  }
}

type ResultOf<F> = F extends (...args: never[]) => infer R
  ? Awaited<R> extends Moved<infer T>
    ? T
    : Awaited<R>
  : never
type ArgsOf<F> = F extends (...args: infer A) => unknown ? A : never

/** The main thread's end of a worker that runs `serveCalls`. @typeParam M the methods of the worker */
export class WorkerCalls<M extends Methods> {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  #lastId = 0
  #failed: LandlineError | undefined

  /** @param file the worker's module; @param data what it finds as `workerData` */
  constructor(file: URL, data: unknown) {
    // What these threads make is short-lived and small: more room for it would only be memory.
    const resourceLimits = { maxYoungGenerationSizeMb: 3 }
    this.#worker = new Worker(file, { workerData: data, stderr: false, resourceLimits })
    this.#worker.on("message", (answer: Answer) => this.#settle(answer))
    this.#worker.on("error", (error) => this.#fail(error))
    this.#worker.on("exit", () => this.#fail(new LandlineError("log_unavailable")))
  }

  call<K extends keyof M & string>(
    method: K,
    args: ArgsOf<M[K]>,
    transfer: ArrayBuffer[] = [],
  ): Promise<ResultOf<M[K]>> {
    if (this.#failed) return Promise.reject(this.#failed)
    const { promise, resolve, reject } = Promise.withResolvers<ResultOf<M[K]>>()
    this.#waiting.set(++this.#lastId, { resolve, reject })
    this.#worker.postMessage({ id: this.#lastId, method, args } satisfies Call, transfer)
    return promise
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ("result" in answer) waiting?.resolve(answer.result as never)
    else waiting?.reject(new LandlineError(answer.error.code, answer.error.details, answer.error.message))
  }

  #fail(cause: unknown): void {
    this.#failed ??= new LandlineError("log_unavailable")
    this.#failed.cause ??= cause
    for (const { reject } of this.#waiting.values()) reject(this.#failed)
    this.#waiting.clear()
  }
}

/** The worker's end. @param toError turns what a method threw into an error of the table */
export function serveCalls(methods: Methods, toError: (error: unknown) => LandlineError): void {
  const port = parentPort!
  flushCompileCache() // a thread that ends by kill -9 would never write it
  let last: Promise<void> = Promise.resolve()
  port.on("message", (call: Call) => {
    last = last.then(() => answer(call))
  })

  async function answer({ id, method, args }: Call): Promise<void> {
    try {
      const result = await methods[method]!(...args)
      if (result instanceof Moved)
        port.postMessage({ id, result: result.result } satisfies Answer, result.transfer)
      else port.postMessage({ id, result } satisfies Answer)
    } catch (thrown) {
      const { code, details, message } = toError(thrown)
      port.postMessage({ id, error: { code, details, message } } satisfies Answer)
    }
  }
}

/** What a database that was open says later: mostly a full disk. */
export function runtimeError(error: unknown): LandlineError {
  if (error instanceof LandlineError) return error
  const { message } = error as Error
  return new LandlineError(
    "log_unavailable",
    {},
    `The hub cannot store anything at the moment (${message}). Nothing that was acked is lost.`,
  )
}
