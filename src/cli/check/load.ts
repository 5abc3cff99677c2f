import { judgeLoad, loadFacts } from "../../client/check/load.ts"
import type { Step } from "./row.ts"

/** How long does an answer take while somebody uses the line? */
export const loadStep: Step<"load"> = {
  title: "while in use",
  doing: "comparing",
  needs: ["hello"],
  run: async ({ rows: { idle, download, upload } }) => loadFacts(idle?.facts, download?.facts, upload?.facts),
  judge: (facts, { rows: { download, upload } }) =>
    judgeLoad(facts, (download?.facts ?? upload?.facts) !== undefined),
}
