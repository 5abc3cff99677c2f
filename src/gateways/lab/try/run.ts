import { setTimeout as sleep } from "node:timers/promises"
import { LandlineError } from "../../../protocol/errors.ts"
import { changedTo, changeWords } from "../../../protocol/lab/changed-protocol.ts"
import { Datagrams } from "../datagrams.ts"
import { Attempt } from "./attempt.ts"
import {
  fail,
  type LabCase,
  notApplicable,
  type Opened,
  type Outcome,
  type Seen,
  type Tried,
  type TriedServer,
} from "./case.ts"
import { elsewhere } from "./elsewhere.ts"
import type { TriedProgram } from "./program.ts"
import { UdpAttempt } from "./udp-attempt.ts"

export interface TryOptions {
  /** `ping` */
  readonly service: string
  readonly host: string
  readonly port: number
  /** ms that an answer may take. */
  readonly timeoutMs: number
  /** What is tried, in this order. */
  readonly cases: readonly LabCase[]
  /** The one that all others rest on, whether it is among them or not. */
  readonly asDocumented: LabCase
  readonly signal: AbortSignal
  onTried(tried: Tried): void
  /** The server, where it is started here, anew before each case. */
  readonly program?: TriedProgram | undefined
  /** It is a server over UDP. @param fromPort of our own; 0: any free one */
  readonly udp?: { readonly fromPort: number } | undefined
}

const CASE_TIMEOUTS = 5 // as many answers may be late; then a case is over, whatever the server does
const START_MS = 5_000 // until a server that was started takes connections
const AGAIN_MS = 50
const ENDS_MS = 200
const SEEN_MS = 50 // a connection that breaks shows it a little before the program has ended
const UNSEEN_MS = 250 // and where nothing else can be judged, that is worth some time
const NOTHING = new Uint8Array()
const ANEW = "With --start COMMAND it is started anew for each case."

/**
 * Tries the cases one after the other.
 * @throws LandlineError no_hub where nothing listens from the beginning, or a server of another kind does;
 *   port_in_use where something listens before the server is started
 */
export async function tryCases(options: TryOptions): Promise<Tried[]> {
  const { cases, signal, onTried, program } = options
  if (program) await nobodyListens(options)
  const all: Tried[] = []
  let hindrance: string | undefined
  let servesSeveral = false
  let listening: Listening | undefined
  const show = (tried: Tried) => {
    if (listening) return void listening.behind.push(tried)
    const told = { ...tried, outcome: withChange(tried.outcome, options.service) }
    all.push(told)
    onTried(told)
  }
  const hear = async () => {
    if (!listening) return
    const { case: one, begin, behind } = listening
    let outcome = await listening.outcome
    if (signal.aborted) return
    // What passes beside others would alone; what fails has to fail alone.
    if (outcome.verdict === "fail")
      outcome = hindrance === undefined ? await tryOne(one, options, false) : notApplicable(hindrance)
    listening = undefined
    for (const tried of [{ case: one, outcome, ms: performance.now() - begin }, ...behind]) show(tried)
  }
  for (const one of cases) {
    const begin = performance.now()
    if (one.listens && servesSeveral && hindrance === undefined) {
      await hear()
      listening = { case: one, begin, outcome: tryOne(one, options, false), behind: [] }
      continue
    }
    const isFirst = all.length === 0 && !listening
    const outcome = hindrance === undefined ? await tryOne(one, options, isFirst) : notApplicable(hindrance)
    if (signal.aborted) break
    if (outcome.verdict === "fail") {
      const other = isFirst && !options.udp ? await elsewhere(outcome.got, options) : undefined
      if (other !== undefined) throw new LandlineError("no_hub", {}, other)
      hindrance = await hindranceAfter(one, options)
    }
    servesSeveral ||= one.name === "second-client" && outcome.verdict === "pass" && !program
    show({ case: one, outcome, ms: performance.now() - begin })
    // A server of one client, as some documents have it, closes its port behind that client: a connection that comes
    // in between is taken by its system and then reset, which would look like a fault of the next case.
    if (isFirst && !program) await sleep(ENDS_MS)
  }
  await hear()
  return all
}

/** A case that others are tried beside; those are shown behind it. */
interface Listening {
  readonly case: LabCase
  readonly begin: number
  readonly outcome: Promise<Outcome>
  readonly behind: Tried[]
}

/** Says of a server that began right and went on in another protocol that it did. */
function withChange(outcome: Outcome, service: string): Outcome {
  if (outcome.verdict !== "fail" || !outcome.byte) return outcome
  const to = changedTo(outcome.got.subarray(outcome.byte))
  if (to === undefined || to === service) return outcome
  return { ...outcome, what: `${outcome.what} Byte ${outcome.byte}: ${changeWords(service, to)}` }
}

/** Why nothing more can be told when a case has failed; undefined where the others can be tried. */
async function hindranceAfter(failed: LabCase, options: TryOptions): Promise<string | undefined> {
  const { asDocumented, program } = options
  if (failed === asDocumented) return `Rests on ${failed.name}: mend that first.`
  if (program) return undefined
  const outcome = await tryOne(asDocumented, options, false)
  return outcome.verdict === "fail" ? `Since ${failed.name} the server does not answer. ${ANEW}` : undefined
}

async function tryOne(one: LabCase, options: TryOptions, isFirst: boolean): Promise<Outcome> {
  const { timeoutMs, program } = options
  const line = new Line(options)
  const server: TriedServer = {
    timeoutMs,
    connect: () => line.connect(),
    peer: () => line.peer(),
    restart: program && (() => line.restart()),
  }
  try {
    program?.start()
    const outcome = await Promise.race([one.run(server), line.over])
    return program && !one.mayEnd ? await withBreakdown(outcome, line.open.at(-1), program) : outcome
  } catch (error) {
    const last = line.open.findLast(({ isReached }) => isReached)
    if (!(error instanceof LandlineError) || error.code !== "no_hub" || (isFirst && !last)) throw error
    if (last) return fail(last, line.lost)
    if (program) return failWith(undefined, error.message)
    if (one.ended !== undefined) return failWith(undefined, one.ended)
    return notApplicable(`The server has ended. ${ANEW}`)
  } finally {
    line.close()
    await program?.stop()
    if (program) for (const attempt of line.open) attempt.reset() // the port is to be free again
  }
}

/** A server that breaks down has failed, also where nobody could see it on the wire; and its last words say why. */
async function withBreakdown(
  outcome: Outcome,
  last: Seen | undefined,
  program: TriedProgram,
): Promise<Outcome> {
  if (last?.end !== undefined)
    await program.settle(outcome.verdict === "not applicable" ? UNSEEN_MS : SEEN_MS)
  if (!program.failed) return outcome
  return outcome.verdict === "fail"
    ? { ...outcome, what: `${outcome.what} ${program.ended}.` }
    : failWith(last, `${program.ended}.`)
}

const failWith = (last: Seen | undefined, what: string): Outcome & { verdict: "fail" } =>
  last ? fail(last, what) : { verdict: "fail", what, sent: NOTHING, got: NOTHING }

/** The connections of one case, and the time that it may take. */
class Line {
  readonly open: Opened[] = []
  /** Resolves when the case has taken too long, or is not wanted any more. */
  readonly over: Promise<Outcome>
  readonly #options: TryOptions
  readonly #timer: NodeJS.Timeout
  readonly #stop: () => void
  #isOver = false
  #late = performance.now() + START_MS // until then a server that was started may not listen yet

  constructor(options: TryOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    this.over = promise
    this.#stop = () => {
      const what = `It was not over after ${Math.round((options.timeoutMs * CASE_TIMEOUTS) / 1000)} s.`
      resolve(failWith(this.open.at(-1), what))
    }
    this.#timer = setTimeout(this.#stop, options.timeoutMs * CASE_TIMEOUTS)
    options.signal.addEventListener("abort", this.#stop)
  }

  /** It was there and is no more; with how the program ended by itself, where it did. */
  get lost(): string {
    const { udp, program } = this.#options
    const what = `It took no further ${udp ? "datagram" : "connection"}.`
    const ended = program?.ended
    return ended === undefined ? what : `${what} ${ended}`
  }

  async peer(): Promise<UdpAttempt> {
    const { host, port, udp, program } = this.#options
    const attempt = await UdpAttempt.open({
      ...{ host, port, fromPort: udp?.fromPort ?? 0 },
      mayStart: () => {
        if (!program || performance.now() > this.#late || this.#isOver) return false
        const { ended } = program
        if (ended !== undefined) throw new LandlineError("no_hub", {}, `No server listens. ${ended}`)
        return true
      },
    })
    this.open.push(attempt)
    if (this.#isOver) attempt.finish()
    return attempt
  }

  async connect(): Promise<Attempt> {
    const { host, port, timeoutMs, program } = this.#options
    for (;;) {
      // A case that is over still runs; nothing of it may disturb the next one.
      if (this.#isOver) throw new LandlineError("no_hub", {}, "The case is over.")
      try {
        const attempt = await Attempt.open(host, port, timeoutMs, program !== undefined)
        this.open.push(attempt)
        this.#late = 0
        if (this.#isOver) attempt[Symbol.dispose]()
        return attempt
      } catch (error) {
        // Its own connection is the only one that some servers take, so nothing else asks whether it is there.
        if (!program || performance.now() > this.#late) throw error
        const { ended } = program
        if (ended !== undefined) throw new LandlineError("no_hub", {}, `No server listens. ${ended}`)
        await sleep(AGAIN_MS)
      }
    }
  }

  /** Ends the program and starts it at once. */
  async restart(): Promise<void> {
    await this.#options.program?.stop()
    for (const attempt of this.open) attempt.finish()
    await sleep(AGAIN_MS) // until both ends have said goodbye
    if (this.#isOver) return
    this.#late = performance.now() + START_MS
    this.#options.program?.start()
  }

  close(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#options.signal.removeEventListener("abort", this.#stop)
    for (const attempt of this.open) attempt[Symbol.dispose]()
  }
}

/** @throws LandlineError port_in_use */
async function nobodyListens({ host, port, timeoutMs, udp }: TryOptions): Promise<void> {
  const isTaken = udp ? await isBound(host, port) : await isOpen(host, port, timeoutMs)
  if (!isTaken) return
  throw new LandlineError(
    "port_in_use",
    { port },
    `Something listens on port ${port} already. Stop it, so that --start can start it anew for each case.`,
  )
}

async function isOpen(host: string, port: number, timeoutMs: number): Promise<boolean> {
  const attempt = await Attempt.open(host, port, timeoutMs).catch(() => undefined)
  attempt?.[Symbol.dispose]()
  return attempt !== undefined
}

async function isBound(host: string, port: number): Promise<boolean> {
  try {
    const datagrams = await Datagrams.open({ host, port, onDatagram() {}, onError() {} })
    datagrams.close()
    return false
  } catch (error) {
    return error instanceof LandlineError && error.code === "port_in_use"
  }
}
