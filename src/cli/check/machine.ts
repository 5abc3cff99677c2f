import { cpus, freemem, totalmem } from "node:os"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as sleep } from "node:timers/promises"
import { type Judged, pass, warn } from "../../client/check/row.ts"
import { time } from "../../client/check/words.ts"
import { amount } from "../files/amounts.ts"
import type { Step } from "./row.ts"

/** How busy this computer was while it did nothing but measure. */
export interface MachineFacts {
  /** Share of all processors' time that was used, 0 to 1. */
  readonly busy: number
  readonly processors: number
  /** 99 of 100 times this program got to run within so many ms of when it wanted to. */
  readonly loopDelayP99Ms: number
  readonly freeBytes: number
  readonly totalBytes: number
}

const BUSY_WARN = 0.9 // then programs wait for one another, and so does what measures
const LOOP_WARN_MS = 50 // as much as an answer may take
const FREE_WARN = 0.03 // below that, systems begin to move memory to the disk
const RESOLUTION_MS = 10
const SAMPLE_MS = 1_000

/** Is it this computer that is slow? Looked at while little is asked of it. */
export const machineStep: Step<"machine"> = {
  title: "this computer",
  doing: "looking at this computer",
  needs: [],
  async run({ signal }) {
    const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    const before = processorTimes()
    loop.enable()
    await sleep(SAMPLE_MS, undefined, { signal })
    loop.disable()
    const after = processorTimes()
    const [all, idle] = [after.all - before.all, after.idle - before.idle]
    return {
      busy: all > 0 ? 1 - idle / all : 0,
      processors: cpus().length,
      loopDelayP99Ms: Math.max(0, loop.percentile(99) / 1e6 - RESOLUTION_MS),
      freeBytes: freemem(),
      totalBytes: totalmem(),
    }
  },
  judge({ busy, loopDelayP99Ms, freeBytes, totalBytes }): Judged {
    if (busy >= BUSY_WARN)
      return warn(
        `This computer is busy: ${percent(busy)} of its processors' time is in use, by other programs.`,
      )
    if (loopDelayP99Ms >= LOOP_WARN_MS)
      return warn(`This computer lets programs wait, up to ${time(loopDelayP99Ms)} at a time.`)
    if (freeBytes < totalBytes * FREE_WARN)
      return warn(`This computer has little memory left: ${amount(freeBytes)} of ${amount(totalBytes)}.`)
    return pass(
      `This computer is not overloaded: ${percent(busy)} of its processors' time is in use, ${amount(freeBytes)} of memory are free.`,
    )
  },
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

/** Of all processors since the system was started. ms */
function processorTimes(): { all: number; idle: number } {
  let [all, idle] = [0, 0]
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq
    idle += times.idle
  }
  return { all, idle }
}
