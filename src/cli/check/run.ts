import { fail, type StepName, unknown } from "../../client/check/row.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { printableLine } from "../../protocol/text.ts"
import type { Checking, Row, Rows, Step } from "./row.ts"

export interface Watcher {
  begin(step: Step<StepName>): void
  /** As `Checking.progress`. */
  progress(share: number, note?: string): void
  done(row: Row): void
}

export type Steps = { readonly [S in StepName]: Step<S> }

/** Takes all steps, one after the other. @returns the rows so far, also where the signal ended it */
export async function runCheck(
  steps: Steps,
  checking: Omit<Checking, "rows" | "progress">,
  watcher: Watcher,
): Promise<Rows> {
  let rows: Rows = {}
  for (const name of Object.keys(steps) as StepName[]) {
    const step = steps[name] as Step<StepName>
    watcher.begin(step)
    const row = await take(name, step, { ...checking, rows, progress: watcher.progress.bind(watcher) }, steps)
    if (checking.signal.aborted) break
    rows = { ...rows, [name]: row }
    watcher.done(row)
  }
  return rows
}

async function take(name: StepName, step: Step<StepName>, checking: Checking, steps: Steps): Promise<Row> {
  const broken = brokenNeed(step, checking.rows, steps)
  if (broken) {
    const say = `Skipped, because "${steps[broken].title}" failed.`
    return { step: name, state: "skipped", say, facts: undefined }
  }
  try {
    const facts = await step.run(checking)
    return { step: name, ...step.judge(facts, checking), facts }
  } catch (error) {
    if (checking.signal.aborted) return { step: name, ...unknown("Stopped."), facts: undefined }
    if (!(error instanceof LandlineError)) throw error
    const say = printableLine(error.message)
    return { step: name, ...(error.code === "no_hub" ? fail(say) : unknown(say)), facts: undefined }
  }
}

/** The step that failed, of those on which this one stands, however many lie between. */
function brokenNeed(step: Step<StepName>, rows: Rows, steps: Steps): StepName | undefined {
  for (const need of step.needs) {
    const state = rows[need]?.state
    if (state === "fail") return need
    if (state === "skipped") return brokenNeed(steps[need] as Step<StepName>, rows, steps)
  }
  return undefined
}
