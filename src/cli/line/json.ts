import type { LineRun } from "../../client/line/run.ts"
import {
  clockOffset,
  hubTimes,
  jitter,
  responseTimes,
  roundTrips,
  sendDelays,
  summarize,
  touched,
} from "../../client/line/statistics.ts"

/**
 * All of a run as one JSON value: what the report tells, and each sample. Times are ms. What cannot be told is left
 * out; among the samples it is null.
 */
export function runJson(run: LineRun): Record<string, unknown> {
  const { samples, ...rest } = run
  const arrays = Object.entries(samples).map(([name, values]) => [name, Array.from<number>(values)])
  return {
    ...rest,
    ...(!run.closed && { responseTime: summarize(responseTimes(run)) }),
    roundTrip: summarize(roundTrips(run)),
    jitter: jitter(roundTrips(run)),
    hubTime: summarize(hubTimes(run)),
    clock: clockOffset(run),
    ...(!run.closed && { sendDelay: summarize(sendDelays(run)) }),
    touched: touched(run),
    samples: Object.fromEntries(arrays),
  }
}
