import { fail, type Judged, pass, type Step, unknown, warn } from "./row.ts"
import { list, time } from "./words.ts"

/** Median round trips: while nothing else used the line, and while it was full of data one way. */
export interface LoadFacts {
  readonly idleMs?: number
  readonly downMs?: number
  readonly upMs?: number
}

// What is added by queues that are longer than the line needs. 50 ms more is heard in a call, 200 ms is felt in all.
const ADDED_WARN_MS = 50
const ADDED_FAIL_MS = 200

/** How long does an answer take while somebody uses the line? */
export const loadStep: Step<"load"> = {
  title: "while in use",
  doing: "comparing",
  needs: ["hello"],
  async run({ rows: { idle, download, upload } }) {
    const [idleMs, downMs, upMs] = [
      idle?.facts?.p50Ms,
      download?.facts?.loadedP50Ms,
      upload?.facts?.loadedP50Ms,
    ]
    return {
      ...(idleMs !== undefined && { idleMs }),
      ...(downMs !== undefined && { downMs }),
      ...(upMs !== undefined && { upMs }),
    }
  },
  judge(facts, { rows }): Judged {
    const { idleMs, downMs, upMs } = facts
    if (idleMs === undefined || (downMs === undefined && upMs === undefined))
      return unknown(
        rows.download?.facts || rows.upload?.facts
          ? "Too few test packets came back while data was sent."
          : "Not known, since neither download nor upload was measured.",
      )
    const parts = [
      ...(downMs === undefined ? [] : [`${time(downMs)} while data comes`]),
      ...(upMs === undefined ? [] : [`${time(upMs)} while data is sent`]),
    ]
    const say = `An answer takes ${list(parts)}, instead of ${time(idleMs)}.`
    const added = addedMs(facts)
    if (added >= ADDED_FAIL_MS) return fail(say)
    return added >= ADDED_WARN_MS ? warn(say) : pass(say)
  },
}

export const addedMs = ({ idleMs = 0, downMs = 0, upMs = 0 }: LoadFacts): number =>
  Math.max(downMs, upMs) - idleMs
