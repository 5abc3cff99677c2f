import type { LineRun, Transport } from "../line/run.ts"
import { jitter, roundTrips, summarize } from "../line/statistics.ts"
import { fail, type Judged, pass, warn } from "./row.ts"
import { outOf, time } from "./words.ts"

/** Round trips while nothing else uses the line. Without times where nothing came back. */
export interface IdleFacts {
  readonly transport: Transport
  readonly samples: number
  readonly lost: number
  readonly lostUp?: number
  readonly lostDown?: number
  readonly duplicates: number
  readonly reordered: number
  readonly damaged: number
  readonly minMs?: number
  readonly p50Ms?: number
  readonly p90Ms?: number
  readonly maxMs?: number
  /** Mean |IPDV|, RFC 3393. */
  readonly jitterMs?: number
}

// A line of copper loses none. One packet in fifty halves the speed of what is sent over it, and is heard in a call.
const LOSS_WARN = 0.005
const LOSS_FAIL = 0.02
// In a house or a school an answer takes 1 to 20 ms. What takes 150 ms both ways is felt with each key and word.
const TIME_WARN_MS = 50
const TIME_FAIL_MS = 150
// What a call can smooth out without anybody noticing.
const JITTER_WARN_MS = 30
// A line, or a hub, that stands still for so long is noticed, though median and unevenness do not show it.
const STALL_MS = 500

export function judgeIdle(facts: IdleFacts): Judged {
  const { samples, lost, damaged, p50Ms, maxMs = 0, jitterMs = 0 } = facts
  if (damaged > 0) return fail(`${damaged} of ${samples} test packets came back changed.`)
  if (lost === samples || p50Ms === undefined) return fail(`None of ${samples} test packets came back.`)
  const share = lost / samples
  const answer = `An answer takes ${time(p50Ms)}`
  const gone = lost === 0 ? "" : `, with ${outOf(lost, samples)} packets ${lossWords(facts)}`
  const uneven = jitterMs >= JITTER_WARN_MS ? `, unevenly (${time(jitterMs)} more or less each time)` : ""
  const stall = maxMs - p50Ms >= STALL_MS ? `, but for a moment it took ${time(maxMs)}` : ""
  const say = `${answer}${uneven}${gone}${stall}.`
  if (share >= LOSS_FAIL || p50Ms >= TIME_FAIL_MS) return fail(say)
  if (share >= LOSS_WARN || p50Ms >= TIME_WARN_MS || jitterMs >= JITTER_WARN_MS || stall) return warn(say)
  return pass(lost === 0 && facts.transport === "udp" ? `${answer}; no packet is lost.` : say)
}

/** Which of its findings are faults. */
export const loses = ({ lost, samples }: IdleFacts): boolean => lost / samples >= LOSS_FAIL
export const isSlow = ({ p50Ms }: IdleFacts): boolean => (p50Ms ?? 0) >= TIME_FAIL_MS

/** `lost on the way to the hub` */
function lossWords(facts: IdleFacts): string {
  const way = lossWay(facts)
  if (way === "up") return "lost on the way to the hub"
  if (way === "down") return "lost on the way back"
  return way === "both" ? "lost, on the way there and back" : "lost"
}

/** Where packets are lost: one way where it has at least four of five. Undefined where the hub's counts did not come. */
export function lossWay({ lost, lostUp, lostDown }: IdleFacts): "up" | "down" | "both" | undefined {
  if (lostUp === undefined || lostDown === undefined) return undefined
  if (lostUp >= lost * 0.8) return "up"
  return lostDown >= lost * 0.8 ? "down" : "both"
}

export function idleFacts(run: LineRun): IdleFacts {
  const { counts, transport } = run
  const times = roundTrips(run)
  const found = summarize(times)
  const { ipdvMs } = jitter(times)
  return {
    transport,
    samples: counts.sent,
    lost: counts.lost,
    ...(counts.lostUp !== undefined && { lostUp: counts.lostUp }),
    ...(counts.lostDown !== undefined && { lostDown: counts.lostDown }),
    duplicates: (counts.duplicatesUp ?? 0) + counts.duplicatesDown,
    reordered: (counts.reorderedUp ?? 0) + counts.reorderedDown,
    damaged: counts.damaged,
    ...(found && { minMs: found.minMs, maxMs: found.maxMs }),
    ...(found?.p50Ms !== undefined && { p50Ms: found.p50Ms }),
    ...(found?.p90Ms !== undefined && { p90Ms: found.p90Ms }),
    ...(ipdvMs !== undefined && { jitterMs: ipdvMs }),
  }
}
