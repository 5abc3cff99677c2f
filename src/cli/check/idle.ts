import { idleFacts, judgeIdle } from "../../client/check/idle.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { probe, probeTransport } from "./probes.ts"
import type { Step } from "./row.ts"

const PROBES = 300 // of 5 in 100 lost, fewer than LOSS_FAIL are then seen once in 700 times
const INTERVAL_MS = 10
const LATE_MS = 1_500

/** How long does an answer take, how evenly, and does anything get lost? */
export const idleStep: Step<"idle"> = {
  title: "answer time",
  doing: "measuring how long an answer takes",
  needs: ["hello"],
  async run(checking) {
    if (checking.target.secure)
      throw new LandlineError(
        "usage",
        {},
        "This hub is reached through https, where test packets have no way to it.",
      )
    const run = await probe(checking, {
      transport: probeTransport(checking.rows),
      intervalMs: INTERVAL_MS,
      count: PROBES,
      lateMs: LATE_MS,
    })
    return idleFacts(run)
  },
  judge: judgeIdle,
}
