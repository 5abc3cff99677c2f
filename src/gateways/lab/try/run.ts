import { setTimeout as sleep } from "node:timers/promises"
import { LandlineError } from "../../../protocol/errors.ts"
import { Attempt } from "./attempt.ts"
import { fail, type LabCase, notApplicable, type Outcome, type Tried, type TriedServer } from "./case.ts"

export interface TryOptions {
  readonly host: string
  readonly port: number
  /** ms that an answer may take. */
  readonly timeoutMs: number
  readonly cases: readonly LabCase[]
  readonly signal: AbortSignal
  onTried(tried: Tried): void
  /** Ends the server and starts it anew, before each case; undefined where it was started by somebody else. */
  restart?: (() => Promise<void>) | undefined
}

const CASE_MS = 8_000 // whatever the server does, a case is over then
const START_MS = 5_000 // until a server that was started takes connections
const AGAIN_MS = 50

/**
 * Tries the cases one after the other.
 * @throws LandlineError no_hub where nothing listens from the beginning
 */
export async function tryCases(options: TryOptions): Promise<Tried[]> {
  const { cases, signal, onTried, restart } = options
  const all: Tried[] = []
  for (const one of cases) {
    if (signal.aborted) break
    await restart?.()
    const begin = performance.now()
    const outcome = await tryOne(one, options, all.length === 0)
    const tried: Tried = { case: one, outcome, ms: performance.now() - begin }
    all.push(tried)
    onTried(tried)
  }
  return all
}

async function tryOne(one: LabCase, options: TryOptions, isFirst: boolean): Promise<Outcome> {
  const { host, port, timeoutMs, restart } = options
  const open: Attempt[] = []
  const late = performance.now() + START_MS
  const server: TriedServer = {
    timeoutMs,
    async connect() {
      for (;;) {
        try {
          const attempt = await Attempt.open(host, port, timeoutMs)
          open.push(attempt)
          return attempt
        } catch (error) {
          // Its own connection is the only one that some servers take, so nothing else asks whether it is there.
          if (!restart || performance.now() > late) throw error
          await sleep(AGAIN_MS)
        }
      }
    },
    restart,
  }
  try {
    return await Promise.race([one.run(server), tooLong(open)])
  } catch (error) {
    if (!(error instanceof LandlineError) || error.code !== "no_hub" || (isFirst && !restart)) throw error
    if (open.length > 0) return fail(open.at(-1)!, "It took no further connection.")
    if (restart) return { verdict: "fail", what: error.message, sent: NOTHING, got: NOTHING }
    return notApplicable("The server has ended. With --start COMMAND it is started anew for each case.")
  } finally {
    for (const attempt of open) attempt[Symbol.dispose]()
  }
}

function tooLong(open: readonly Attempt[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const over = () => {
      const last = open.at(-1)
      const what = `It was not over after ${CASE_MS / 1000} s.`
      resolve(last ? fail(last, what) : { verdict: "fail", what, sent: NOTHING, got: NOTHING })
    }
    setTimeout(over, CASE_MS).unref()
  })
}

const NOTHING = new Uint8Array()
