import { backoffMs } from "../../../src/client/backoff.ts"
import type { LandlineError } from "../../../src/client/main.ts"
import { toLandlineError } from "../../../src/protocol/errors.ts"
import type { HubHttp } from "../hub/http.ts"
import type { Target } from "./chosen.ts"
import { type Digest, unreadable } from "./hasher.ts"
import { Rate } from "./rate.ts"
import type { Source } from "./sources.ts"
import type { Standing } from "./standing.ts"
import { abandon, mayPassLater, send } from "./upload.ts"

/** What a transfer is told of the hub, and tells of itself. */
export interface Surroundings {
  readonly http: HubHttp
  isLive(): boolean
  changed(): void
  /** The hub knows it at this path. */
  begun(transfer: Transfer, path: string): void
  /** The hub has nothing of it any more that could be gone on with. */
  over(path: string): void
}

/** An upload that has not moved for so long when the line comes back hangs on a dead connection. */
const STALLED_MS = 3_000
let lastId = 0

/** One file or folder on its way to the hub, over as many tries as it takes. */
export class Transfer {
  readonly source: Source
  fingerprint = ""
  /** Path of the upload at the hub, once that has begun. */
  upload: string | undefined
  readonly #around: Surroundings
  readonly #rate = new Rate()
  #standing: Standing
  #digest: Digest | undefined
  #stop = new AbortController()
  #attempt = new AbortController()
  #rested = () => {}
  #movedAt = 0

  constructor(source: Source, target: Target, around: Surroundings) {
    this.source = source
    this.#around = around
    const { name, bytes, items } = source
    const nothing = { rate: undefined, note: undefined, path: undefined, sha256: undefined }
    this.#standing = { id: ++lastId, name, bytes, items, target, state: "queued", sent: 0, ...nothing }
  }

  get standing(): Standing {
    return this.#standing
  }

  /** It runs, or will without anybody's doing. */
  get isUnderWay(): boolean {
    return ["queued", "sending", "checking", "waiting"].includes(this.#standing.state)
  }

  /**
   * Sends it, however often the line drops, until it is there, has failed for good, or is stopped.
   * @param prepare what has to be known of it before
   */
  async run(prepare: () => Promise<void>): Promise<void> {
    this.#stop = new AbortController()
    const stop = this.#stop.signal
    this.#rate.reset()
    this.#set({ state: "sending", note: undefined })
    await prepare()
    for (let failures = 0; !stop.aborted; ) {
      const from = this.#standing.sent
      try {
        const sent = await this.#try(stop)
        if (stop.aborted) return
        this.#around.over(this.upload!)
        return this.#set({ state: "done", sent: this.source.bytes, rate: undefined, ...sent })
      } catch (error) {
        if (stop.aborted) return
        if (this.#attempt.signal.aborted) continue // ended by wake: at once again
        const why = await this.#reason(error)
        if (!mayPassLater(why)) return this.#fail(why)
        failures = this.#standing.sent > from ? 0 : failures + 1
        this.#rate.reset()
        this.#set({
          state: "waiting",
          rate: undefined,
          note: why.code === "no_hub" ? "Waits for the line" : why.message,
        })
        await this.#rest(backoffMs(failures), stop)
      }
    }
  }

  /** Stops it; what the hub has stays there. */
  pause(): void {
    this.#stop.abort()
    if (this.isUnderWay) this.#set({ state: "paused", rate: undefined, note: undefined })
  }

  /** Its turn comes again. */
  queue(): void {
    this.#set({ state: "queued", note: undefined })
  }

  /** Stops it for good. */
  end(): void {
    this.#stop.abort()
    this.#digest?.stop()
  }

  /** The line is there again: tries now, and gives up a try that hangs. */
  wake(): void {
    this.#rested()
    const { state } = this.#standing
    const hangs = performance.now() - this.#movedAt > STALLED_MS
    if (hangs && (state === "sending" || state === "checking")) this.#attempt.abort()
  }

  /** Time has passed. */
  tick(): void {
    if (this.#standing.state !== "sending") return
    this.#set({ rate: this.#rate.at(performance.now(), this.#standing.sent) })
  }

  async #try(stop: AbortSignal) {
    this.#attempt = new AbortController()
    this.#movedAt = performance.now()
    if (this.#digest === undefined || this.#digest.failed)
      this.#digest = this.source.digest(() => this.#around.changed())
    const upload = {
      source: this.source,
      digest: this.#digest,
      target: this.#standing.target,
      path: this.upload,
    }
    const progress = {
      begun: (path: string) => {
        if (path !== this.upload && this.upload !== undefined) this.#around.over(this.upload)
        this.upload = path
        this.#around.begun(this, path)
      },
      at: (sent: number) => {
        this.#movedAt = performance.now()
        const state = sent === this.source.bytes ? "checking" : "sending"
        this.#set({ sent, state, note: undefined })
      },
    }
    return await send(this.#around.http, upload, progress, AbortSignal.any([stop, this.#attempt.signal]))
  }

  /** A request with bytes that cannot be read fails as one over a dead line does. */
  async #reason(error: unknown): Promise<LandlineError> {
    const why = toLandlineError(error)
    if (why.code !== "no_hub" || !this.#around.isLive() || (await this.source.readable())) return why
    return unreadable()
  }

  #fail({ code, message }: LandlineError): void {
    if (this.upload !== undefined && (code === "checksum_mismatch" || code === "local_file")) {
      this.#around.over(this.upload)
      void abandon(this.#around.http, this.upload)
      this.upload = undefined
    }
    const note =
      code === "checksum_mismatch"
        ? "What arrived is not what was sent, so it does not appear. Send it again."
        : message
    this.#set({ state: "failed", rate: undefined, note })
  }

  #rest(ms: number, stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#rested(), ms)
      this.#rested = () => {
        clearTimeout(timer)
        stop.removeEventListener("abort", this.#rested)
        this.#rested = () => {}
        resolve()
      }
      stop.addEventListener("abort", this.#rested)
    })
  }

  #set(change: Partial<Standing>): void {
    this.#standing = { ...this.#standing, ...change }
    this.#around.changed()
  }
}
