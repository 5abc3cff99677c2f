import { time } from "../../../src/client/check/words.ts"
import { PERCENTILES } from "../../../src/client/line/statistics.ts"
import { counted } from "../ui/format.ts"
import type { LiveLine } from "./live-line.ts"

export interface Value {
  readonly name: string
  /** What it means, in words. */
  readonly means: string
  readonly text: string
  /** Not known yet. */
  readonly pending?: true
}

const MEANS = {
  p50Ms: "half of the answers took no longer",
  p90Ms: "9 of 10 answers took no longer",
  p99Ms: "99 of 100 answers took no longer",
} as const

/** What is measured, as it is shown: a percentile that too few answers stand behind says how many it needs. */
export function pingValues({ summary, jitterMs, lost, duplicated, overtaken }: LiveLine): Value[] {
  const count = summary?.count ?? 0
  const percentiles = PERCENTILES.filter(({ key }) => key in MEANS).map(({ key, name, countMin }) => {
    const ms = summary?.[key]
    const about = { name, means: MEANS[key as keyof typeof MEANS] }
    if (ms !== undefined) return { ...about, text: time(ms) }
    return { ...about, text: `after ${(countMin - count).toLocaleString("en")} more`, pending: true } as const
  })
  return [
    ...percentiles,
    { name: "max", means: "the longest of all", text: summary ? time(summary.maxMs) : "–" },
    {
      name: "jitter",
      means: "from one answer to the next, on average (RFC 3393)",
      text: jitterMs === undefined ? "–" : time(jitterMs),
    },
    { name: "lost", means: "no answer within 5 s", text: lost.toLocaleString("en") },
    { name: "duplicated", means: "came twice", text: duplicated.toLocaleString("en") },
    { name: "overtaken", means: "came behind a later one", text: overtaken.toLocaleString("en") },
  ]
}

/** All of it in one sentence, for the end of a run and for who cannot see the charts. */
export function pingSentence({ sent, received, lost, summary, broke }: LiveLine): string {
  const packets = counted(sent, "test packet")
  const end = broke ? " Then the line broke." : ""
  if (!summary) return `${packets} sent, and no answer.${end}`
  const took = `An answer takes ${time(summary.p50Ms ?? summary.meanMs)}, at most ${time(summary.maxMs)}`
  const gone = lost === 0 ? "none is lost" : `${lost.toLocaleString("en")} got none`
  return `${packets} sent, ${received.toLocaleString("en")} answered. ${took}; ${gone}.${end}`
}
