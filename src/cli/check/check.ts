import { reportOf } from "../../client/check/report.ts"
import type { Session } from "../../client/main.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { personName, roomName } from "../../protocol/names.ts"
import { printableLine } from "../../protocol/text.ts"
import { FaultFound } from "../failure.ts"
import type { HubOptions } from "../hub-options.ts"
import { printJson } from "../output.ts"
import { openSession } from "../with-session.ts"
import { summaryOf } from "./report.ts"
import { runCheck } from "./run.ts"
import { Screen } from "./screen.ts"
import { steps } from "./steps.ts"
import { targetOf } from "./target.ts"
import { verdictOf } from "./verdict.ts"

export interface CheckOptions extends HubOptions {
  readonly json?: true
  /** A room that gets a summary. */
  readonly post?: string
  readonly together?: true
}

/** The doctor, from the first step to the verdict. @throws FaultFound | LandlineError usage | bad_name */
export async function check(options: CheckOptions): Promise<void> {
  const { hub, json = false, together = false } = options
  const target = targetOf(hub)
  const as = personName(options.as)
  if (options.post !== undefined) roomName(options.post)
  const screen = new Screen(json)
  const stop = new AbortController()
  process.once("SIGINT", () => stop.abort())
  const { signal } = stop
  const rows = await runCheck(steps, { target, as, together, signal }, screen)
  if (signal.aborted) {
    screen.clear()
    process.exit(0)
  }
  const verdict = verdictOf(rows, target)
  screen.verdict(verdict)
  if (json) printJson({ hub, time: Date.now(), rows: Object.values(rows), verdict })
  process.once("SIGINT", () => process.exit(0))
  // Without a hub nobody can be told.
  let told = false
  if (rows.hello?.state === "pass" || rows.hello?.state === "warn")
    told = await tell(options, async (session) => {
      const report = reportOf(rows, verdict)
      if (report) await session.reportLine(report)
      if (options.post !== undefined) await session.publish(options.post, summaryOf(rows, verdict))
    })
  else if (options.post !== undefined) console.error("Nothing was posted, since no hub could be reached.")
  if (verdict.fault) throw new FaultFound()
  if (options.post !== undefined && !told) process.exitCode = 1
}

/** What was found stands, whatever comes of this. @returns whether it went well */
async function tell(options: CheckOptions, use: (session: Session) => Promise<void>): Promise<boolean> {
  try {
    const session = await openSession(options)
    try {
      await use(session)
    } finally {
      await session.close()
    }
    return true
  } catch (error) {
    if (!(error instanceof LandlineError)) throw error
    const what =
      options.post === undefined ? "The hub was not told of this check" : "The summary was not posted"
    console.error(`${what}: ${printableLine(error.message)}`)
    return false
  }
}
