import { markSamples } from "../../client/line/marks.ts"
import { PROBES_MAX, ProbeRun } from "../../client/line/probe-run.ts"
import { type LineRun, MARKS } from "../../client/line/run.ts"
import { limits } from "../../protocol/limits.ts"
import { ProbeWriter } from "../../protocol/probe.ts"
import { unixOrigin } from "../../protocol/unix-ms.ts"
import { FreshSamples } from "./fresh-samples.ts"
import type { FreshMessage, MeasureData, Measuring } from "./measure.ts"
import { OwnErrorWatch } from "./own-error.ts"
import type { OpenProbePort, ProbePort } from "./probe-port.ts"
import { openTcp } from "./tcp.ts"
import { openUdp } from "./udp.ts"
import { openWebSocket } from "./websocket.ts"

const OPEN: Record<Measuring["transport"], OpenProbePort> = {
  udp: openUdp,
  tcp: openTcp,
  websocket: openWebSocket,
}

const EXACT_MS = 1.5 // before a planned moment, from which on the loop turns without sleep: timers are whole ms
// A closed loop over loopback would be faster than a hub answers UDP, and what is not answered looks lost.
const UDP_APART_MS = (1.1 * 1_000) / limits.probesPerSecondMax
const AT_ONCE = 32 // probes that were missed go so many at a time; in between, replies are read
const TALLIES = 5
const TALLY_MS = 100
const FRESH_MS = 100
const WARM = 30 // tallies at the beginning, which are no samples: code that runs for the first time is slow
const WARM_MS = 200 // at most

type Phase = "opening" | "warming" | "sending" | "waiting" | "tallying" | "over"

/** One run of probes, on the thread that it has for itself. */
export class Probing {
  readonly #data: MeasureData
  readonly #onFresh: (fresh: FreshMessage) => void
  readonly #number = 1 + Math.floor(Math.random() * 2 ** 52)
  readonly #run: ProbeRun
  readonly #fresh: FreshSamples
  readonly #over = Promise.withResolvers<void>()
  #phase: Phase = "opening"
  #port!: ProbePort
  #writer: ProbeWriter
  #prepared = 0 // the sequence of the probe that stands in the writer
  #beginMs = 0 // of performance.now()
  #startedMs = Date.now() // the same moment, since 1970
  #timer: NodeJS.Timeout | undefined
  #warmed = 0
  #watch: OwnErrorWatch | undefined
  #ended: Error | undefined

  constructor(data: MeasureData, onFresh: (fresh: FreshMessage) => void) {
    this.#data = data
    this.#onFresh = onFresh
    this.#run = new ProbeRun({ run: this.#number, bytes: data.bytes, lateMs: data.lateMs })
    this.#fresh = new FreshSamples(this.#run, data.lateMs)
    this.#writer = new ProbeWriter(this.#number, data.bytes)
  }

  /** Resolves when all is over. @throws what the system, or the hub, says; LandlineError no_hub */
  async run(): Promise<LineRun> {
    const opening = OPEN[this.#data.transport](this.#data, {
      received: (bytes, atMs) => this.#receive(bytes, atMs),
      ended: (error) => {
        this.#ended = error
        this.#end()
      },
    })
    await Promise.race([opening.then((port) => this.#warm(port)), this.#over.promise])
    const news = this.#data.progress ? setInterval(() => this.#tell(this.#now()), FRESH_MS) : undefined
    await this.#over.promise
    clearInterval(news)
    this.#tell(Number.POSITIVE_INFINITY)
    this.#port?.close()
    if (this.#ended && this.#run.received === 0) throw this.#ended
    return this.#toLineRun()
  }

  /** Ends the run early: what is on its way is still waited for. */
  stop(): void {
    if (this.#phase === "opening" || this.#phase === "warming") this.#end()
    else if (this.#phase === "sending") this.#wait()
  }

  #warm(port: ProbePort): void {
    if (this.#phase === "over") return port.close()
    this.#port = port
    this.#phase = "warming"
    this.#timer = setTimeout(() => this.#begin(), WARM_MS)
    this.#askTally()
  }

  #warmer(): void {
    if (++this.#warmed < WARM) this.#askTally()
    else this.#begin()
  }

  #begin(): void {
    clearTimeout(this.#timer)
    const origin = unixOrigin()
    this.#watch = new OwnErrorWatch()
    this.#beginMs = performance.now()
    this.#startedMs = origin + this.#beginMs
    this.#phase = "sending"
    if (this.#data.closed) {
      this.#timer = setTimeout(() => this.#next(), this.#data.lateMs)
      this.#next()
    } else this.#pace()
  }

  #now(): number {
    return performance.now() - this.#beginMs
  }

  /** Whether a probe that is planned for that moment is one too many. */
  #isEnough(plannedMs: number): boolean {
    const { count = PROBES_MAX, durationMs = Number.POSITIVE_INFINITY } = this.#data
    return this.#run.sent >= count || plannedMs >= durationMs
  }

  /** Sends what is due, and comes back when the next probe is. */
  #pace(): void {
    if (this.#phase !== "sending") return
    const { intervalMs } = this.#data
    for (let sent = 0; sent < AT_ONCE; sent++) {
      const plannedMs = this.#run.sent * intervalMs
      if (this.#isEnough(plannedMs)) return this.#wait()
      const aheadMs = plannedMs - this.#now()
      if (aheadMs > EXACT_MS + 1) {
        this.#timer = setTimeout(() => this.#pace(), aheadMs - EXACT_MS)
        return
      }
      if (aheadMs > 0) {
        this.#prepare()
        if (!this.#run.isQuiet(this.#now())) break
        while (this.#now() < plannedMs); // turns of the loop make garbage, and there is nothing to be read
      }
      this.#send(plannedMs)
    }
    setImmediate(this.#paceAgain)
  }
  readonly #paceAgain = () => this.#pace()

  /** Closed loop: the reply came, or is given up. */
  #next(): void {
    if (this.#phase !== "sending") return
    const now = this.#now()
    if (this.#isEnough(now)) return this.#wait()
    const { sent } = this.#run
    const apart = this.#data.transport === "udp" && sent > 0
    if (apart && now - this.#run.sentMs(sent) < UDP_APART_MS) return void setImmediate(this.#nextAgain)
    this.#send(undefined)
    this.#timer!.refresh()
  }

  readonly #nextAgain = () => this.#next()

  #prepare(): void {
    const seq = this.#run.sent + 1
    if (this.#prepared === seq) return
    this.#writer.write("probe", seq, this.#startedMs + this.#now())
    this.#prepared = seq
  }

  /** @param plannedMs undefined: when it goes */
  #send(plannedMs: number | undefined): void {
    this.#prepare()
    const sentMs = this.#now()
    this.#sendWritten()
    this.#run.noteSent(plannedMs ?? sentMs, sentMs)
  }

  #sendWritten(): void {
    if (!this.#port.send(this.#writer.bytes)) this.#writer = new ProbeWriter(this.#number, this.#data.bytes)
  }

  #askTally(): void {
    this.#writer.write("tally", this.#run.sent, this.#startedMs + this.#now())
    this.#sendWritten()
  }

  #receive(bytes: Uint8Array, atMs: number): void {
    const run = this.#run
    const seq = run.noteReceived(bytes, atMs - this.#beginMs)
    if (seq === 0) {
      if (this.#phase === "tallying" && run.tallied) this.#end()
      else if (this.#phase === "warming") this.#warmer()
      return
    }
    if (this.#data.progress) this.#fresh.noteAnswered(seq)
    if (this.#phase === "sending") {
      if (this.#data.closed && seq === run.sent) this.#next()
    } else if (this.#phase === "waiting" && run.received === run.sent) this.#tally(1)
  }

  /** For replies that are missing. */
  #wait(): void {
    this.#phase = "waiting"
    const { sent, received } = this.#run
    clearTimeout(this.#timer)
    if (sent === 0) return this.#end()
    if (received === sent) return this.#tally(1)
    const leftMs = this.#run.sentMs(sent) + this.#data.lateMs - this.#now()
    this.#timer = setTimeout(() => this.#tally(1), Math.max(0, leftMs))
  }

  /** Asks the hub what came in, again and again until it answers. */
  #tally(time: number): void {
    this.#phase = "tallying"
    clearTimeout(this.#timer)
    this.#askTally()
    const more = time < TALLIES
    this.#timer = setTimeout(
      () => (more ? this.#tally(time + 1) : this.#end()),
      more ? TALLY_MS : this.#data.lateMs,
    )
  }

  #end(): void {
    this.#phase = "over"
    clearTimeout(this.#timer)
    this.#over.resolve()
  }

  #tell(nowMs: number): void {
    if (!this.#data.progress) return
    const fresh = this.#fresh.take(nowMs)
    if (fresh.seqs.length > 0) this.#onFresh(fresh)
  }

  #toLineRun(): LineRun {
    const { own, collections, stalls } = (this.#watch ?? new OwnErrorWatch()).stop(this.#beginMs)
    const { transport, host, port, closed, intervalMs } = this.#data
    const run = this.#run.toLineRun({
      transport,
      address: this.#port?.address ?? host,
      port: this.#port?.port ?? port,
      startedMs: this.#startedMs,
      closed,
      intervalMs,
      broke: this.#ended !== undefined,
      own,
    })
    markSamples(run.samples, collections, MARKS.collection)
    markSamples(run.samples, stalls, MARKS.loop)
    return run
  }
}
