import { setTimeout as wait } from "node:timers/promises"
import { backoffMs } from "../../client/backoff.ts"
import { ERRORS, LandlineError } from "../../protocol/errors.ts"

/** A transfer on which nothing moved for so long is given up; what arrived stays. */
export const GIVE_UP_MS = 600_000

export interface Persistence {
  /** Bytes that are through; what grows is progress. */
  progress(): number
  /** Whether the hub was ever reached: one that never was may not be there at all. */
  reached(): boolean
  /** Is told why a try failed when another follows. */
  failed(error: LandlineError): void
  readonly clock?: { now(): number; wait(ms: number): Promise<unknown> }
}

/** An upload that stands elsewhere than we thought is asked again; wrong bytes would be wrong again. */
const passes = ({ code }: LandlineError): boolean =>
  code === "offset_mismatch" || (ERRORS[code].retry === "later" && code !== "checksum_mismatch")

/**
 * Tries until it is done: a line that was lost, a hub that restarts, is busy or full is tried again, with a
 * growing random pause, until nothing has moved for ten minutes.
 * @throws LandlineError what will not pass; the last failure, and how to go on
 */
export async function keepTrying<T>(attempt: () => Promise<T>, how: Persistence): Promise<T> {
  const { now, wait: pause } = how.clock ?? { now: () => performance.now(), wait }
  let failures = 0
  let best = how.progress()
  let since = now()
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof LandlineError) || !passes(error)) throw error
      if (error.code === "no_hub" && !how.reached()) throw error
      if (how.progress() > best) {
        best = how.progress()
        since = now()
        failures = 0
      }
      if (now() - since > GIVE_UP_MS) {
        const say = `${error.message} For ten minutes nothing has moved. Run the same command again to go on.`
        throw new LandlineError(error.code, error.details, say)
      }
      how.failed(error)
      await pause(backoffMs(failures++))
    }
  }
}
