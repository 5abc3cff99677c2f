import type { SumRun } from "../line/sum-run.ts"
import { fail, type Judged, pass, unknown } from "./row.ts"

export interface SumFacts {
  /** That were taken to their end. */
  readonly exchanges: number
  readonly damagedUp: number
  readonly damagedDown: number
  /** Whether both ends hold the same transcript; undefined where time was up before. */
  readonly agreed?: boolean
  /** What the other end did that no hub does over a sound line. */
  readonly fault?: string
}

/** Exchanges of a check: each pattern with most sizes of payload, about 200 kB each way. */
export const CHECK_EXCHANGES = 200
/** In flight: one after the other they would take a minute on a line of 300 ms. */
export const CHECK_EXCHANGES_AT_ONCE = 8

/** @param fault what ended the run, where it did not end by itself */
export function sumFacts(run: SumRun, fault?: string): SumFacts {
  const damaged = (way: string) => run.mismatches.filter(({ direction }) => direction === way).length
  return {
    exchanges: run.done,
    damagedUp: damaged("up"),
    damagedDown: damaged("down"),
    ...(run.over && { agreed: run.transcript === run.hubTranscript }),
    ...(fault !== undefined && { fault }),
  }
}

/** Does data arrive as it was sent, both ways? */
export function judgeSum({ exchanges, damagedUp, damagedDown, agreed, fault }: SumFacts): Judged {
  const damaged = damagedUp + damagedDown
  if (damaged > 0)
    return fail(
      `Of ${exchanges} messages there and back, some arrived changed: ${damagedUp} errors on the way to the hub, ${damagedDown} on the way back.`,
    )
  if (fault !== undefined || agreed === false)
    return fail(
      `The hub and this computer do not agree on what was sent: ${fault ?? "their records differ."}`,
    )
  if (exchanges === 0) return unknown("No message got there and back in the time of the test.")
  return pass(`${exchanges} messages went to the hub and back, and each arrived exactly as it was sent.`)
}
