import type { IdleFacts } from "./idle.ts"
import { fail, type Judged, pass, unknown, warn } from "./row.ts"
import type { ThroughputFacts } from "./throughput.ts"
import { list, time } from "./words.ts"

/** Median round trips: while nothing else used the line, and while it was full of data one way. */
export interface LoadFacts {
  readonly idleMs?: number
  readonly downMs?: number
  readonly upMs?: number
}

/** Compares what was measured before; each may be missing. */
export function loadFacts(
  idle: IdleFacts | undefined,
  download: ThroughputFacts | undefined,
  upload: ThroughputFacts | undefined,
): LoadFacts {
  const [idleMs, downMs, upMs] = [idle?.p50Ms, download?.loadedP50Ms, upload?.loadedP50Ms]
  return {
    ...(idleMs !== undefined && { idleMs }),
    ...(downMs !== undefined && { downMs }),
    ...(upMs !== undefined && { upMs }),
  }
}

// What is added by queues that are longer than the line needs. 50 ms more is heard in a call, 200 ms is felt in all.
const ADDED_WARN_MS = 50
const ADDED_FAIL_MS = 200

/** @param moved whether download or upload was measured at all */
export function judgeLoad(facts: LoadFacts, moved: boolean): Judged {
  const { idleMs, downMs, upMs } = facts
  if (idleMs === undefined || (downMs === undefined && upMs === undefined))
    return unknown(
      moved
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
}

const addedMs = ({ idleMs = 0, downMs = 0, upMs = 0 }: LoadFacts): number => Math.max(downMs, upMs) - idleMs
