import { type Verdict, verdictOf as verdictOfLine } from "../../client/check/verdict.ts"
import { reachFaults } from "./faults-reach.ts"
import type { Rows } from "./row.ts"
import type { Target } from "./target.ts"

/** What the rows mean together: the fault that explains most of them, or that there is none. */
export function verdictOf(rows: Rows, target: Target): Verdict {
  for (const fault of reachFaults) {
    const found = fault(rows, target)
    if (found) return verdictOfLine(rows, target.hub, found)
  }
  return verdictOfLine(rows, target.hub)
}
