import { PROBES_MAX, ProbeRun } from "../../../src/client/line/probe-run.ts"
import type { LineRun, OwnError } from "../../../src/client/line/run.ts"
import { PROBE_HEAD_BYTES, ProbeWriter } from "../../../src/protocol/probe.ts"

export interface ProbingOptions {
  /** Of the hub's probe door, with ws or wss. */
  readonly url: string
  readonly intervalMs: number
  /** Ends after so many probes, or so long, whichever comes first. */
  readonly count?: number | undefined
  readonly durationMs?: number | undefined
  /** A reply that takes longer is late; at the end it is waited for so long. */
  readonly lateMs: number
}

/** How far a run is. */
export interface Progress {
  readonly run: LineRun
  /** From the beginning of the run. */
  readonly nowMs: number
}

const PROGRESS_MS = 250
const WARM = 10 // tallies at the beginning, which are no samples: code that runs for the first time is slow
const WARM_MS = 1_000 // at most
const OPEN_MS = 5_000
const TALLY_EVERY = 20 // probes
const TALLY_MS = 500 // for the hub's last counts

type Phase = "opening" | "warming" | "sending" | "waiting" | "tallying" | "over"

/** One run of probes over a WebSocket (PROTOCOL.md 12.3), at a fixed pace: a slow reply holds up no other probe. */
export class Probing {
  readonly #options: ProbingOptions
  readonly #onProgress: ((progress: Progress) => void) | undefined
  readonly #run: ProbeRun
  readonly #writer: ProbeWriter
  readonly #over = Promise.withResolvers<void>()
  readonly #lateness = new Lateness()
  readonly #ws: WebSocket
  #phase: Phase = "opening"
  #timer: ReturnType<typeof setTimeout> | undefined
  #warmed = 0
  #beginMs = 0
  #startedMs = Date.now()
  #broke = false

  /** @param onProgress called four times a second */
  constructor(options: ProbingOptions, onProgress?: (progress: Progress) => void) {
    this.#options = options
    this.#onProgress = onProgress
    const run = 1 + Math.floor(Math.random() * 2 ** 52)
    this.#run = new ProbeRun({ run, bytes: PROBE_HEAD_BYTES, lateMs: options.lateMs })
    this.#writer = new ProbeWriter(run, PROBE_HEAD_BYTES)
    this.#ws = new WebSocket(options.url)
    this.#ws.binaryType = "arraybuffer"
  }

  /** Resolves when all is over; undefined where the hub was never reached. */
  async run(): Promise<LineRun | undefined> {
    const ws = this.#ws
    ws.onopen = () => this.#warm()
    ws.onmessage = ({ data }) => this.#receive(new Uint8Array(data as ArrayBuffer), performance.now())
    ws.onclose = () => {
      this.#broke = this.#phase !== "over"
      this.#end()
    }
    this.#timer = setTimeout(() => this.#end(), OPEN_MS)
    const news = setInterval(() => this.#tell(), PROGRESS_MS)
    await this.#over.promise
    clearInterval(news)
    ws.close()
    if (this.#run.received === 0 && (this.#broke || this.#run.sent === 0)) return undefined
    this.#tell()
    return this.#toLineRun()
  }

  /** Ends the run early: what is on its way is still waited for. */
  stop(): void {
    if (this.#phase === "sending") this.#wait()
    else if (this.#phase === "opening" || this.#phase === "warming") this.#end()
  }

  #warm(): void {
    this.#phase = "warming"
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#begin(), WARM_MS)
    this.#askTally()
  }

  #begin(): void {
    clearTimeout(this.#timer)
    this.#beginMs = performance.now()
    this.#startedMs = performance.timeOrigin + this.#beginMs
    this.#phase = "sending"
    this.#pace()
  }

  #now(): number {
    return performance.now() - this.#beginMs
  }

  /** Sends what is due, and comes back when the next probe is. */
  #pace(): void {
    if (this.#phase !== "sending") return
    const { intervalMs, count = PROBES_MAX, durationMs = Number.POSITIVE_INFINITY } = this.#options
    for (;;) {
      const plannedMs = this.#run.sent * intervalMs
      if (this.#run.sent >= count || plannedMs >= durationMs) return this.#wait()
      const aheadMs = plannedMs - this.#now()
      if (aheadMs > 0) {
        const dueMs = performance.now() + aheadMs
        this.#timer = setTimeout(() => {
          this.#lateness.note(performance.now() - dueMs)
          this.#pace()
        }, aheadMs)
        return
      }
      this.#send(plannedMs)
    }
  }

  #send(plannedMs: number): void {
    const sentMs = this.#now()
    this.#writer.write("probe", this.#run.sent + 1, this.#startedMs + sentMs)
    this.#ws.send(this.#writer.bytes as Uint8Array<ArrayBuffer>)
    this.#run.noteSent(plannedMs, sentMs)
    if (this.#run.sent % TALLY_EVERY === 0) this.#askTally()
  }

  #askTally(): void {
    this.#writer.write("tally", this.#run.sent, this.#startedMs + this.#now())
    this.#ws.send(this.#writer.bytes as Uint8Array<ArrayBuffer>)
  }

  #receive(bytes: Uint8Array, atMs: number): void {
    const run = this.#run
    if (this.#phase === "warming") {
      if (++this.#warmed < WARM) this.#askTally()
      else this.#begin()
      return
    }
    const seq = run.noteReceived(bytes, atMs - this.#beginMs)
    if (this.#phase === "waiting" && run.received === run.sent) this.#tally()
    else if (this.#phase === "tallying" && seq === 0 && run.tallied) this.#end()
  }

  /** For replies that are missing. */
  #wait(): void {
    this.#phase = "waiting"
    clearTimeout(this.#timer)
    const { sent, received } = this.#run
    if (sent === 0) return this.#end()
    if (received === sent) return this.#tally()
    const leftMs = this.#run.sentMs(sent) + this.#options.lateMs - this.#now()
    this.#timer = setTimeout(() => this.#tally(), Math.max(0, leftMs))
  }

  #tally(): void {
    this.#phase = "tallying"
    clearTimeout(this.#timer)
    this.#askTally()
    this.#timer = setTimeout(() => this.#end(), TALLY_MS)
  }

  #end(): void {
    this.#phase = "over"
    clearTimeout(this.#timer)
    this.#over.resolve()
  }

  #tell(): void {
    if (this.#run.sent > 0) this.#onProgress?.({ run: this.#toLineRun(), nowMs: this.#now() })
  }

  #toLineRun(): LineRun {
    const { hostname, port, protocol } = new URL(this.#options.url)
    return this.#run.toLineRun({
      transport: "websocket",
      address: hostname,
      port: Number(port || (protocol === "wss:" ? 443 : 80)),
      startedMs: this.#startedMs,
      closed: false,
      intervalMs: this.#options.intervalMs,
      broke: this.#broke,
      own: this.#lateness.own(),
    })
  }
}

const KEPT = 4_096

/** How late timers come: what a browser adds by itself. When it collects memory, it does not tell. */
class Lateness {
  readonly #kept: number[] = []
  #meanMs = 0
  #maxMs = 0
  #count = 0

  note(ms: number): void {
    const late = Math.max(0, ms)
    this.#kept[this.#count++ % KEPT] = late
    this.#meanMs += (late - this.#meanMs) / this.#count
    this.#maxMs = Math.max(this.#maxMs, late)
  }

  own(): OwnError {
    const sorted = Float64Array.from(this.#kept).sort()
    const p99Ms = sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0
    return {
      loopDelay: { meanMs: this.#meanMs, p99Ms, maxMs: this.#maxMs },
      collections: { count: 0, totalMs: 0, maxMs: 0 },
    }
  }
}
