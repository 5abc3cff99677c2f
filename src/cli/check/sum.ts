import { randomInt, randomUUID } from "node:crypto"
import { CHECK_EXCHANGES, CHECK_EXCHANGES_AT_ONCE, judgeSum, sumFacts } from "../../client/check/sum.ts"
import { ExchangeFault, SumRun } from "../../client/line/sum-run.ts"
import { PATTERNS } from "../../protocol/exchange.ts"
import { exchangeAll } from "../sum/exchanging.ts"
import { sha256 } from "../sum/sha256.ts"
import type { Step } from "./row.ts"
import { baseAt } from "./target.ts"

const TIME_MS = 8_000

/** Does data arrive as it was sent, both ways? */
export const sumStep: Step<"sum"> = {
  title: "data intact",
  doing: "comparing what arrives with what was sent",
  needs: ["hello"],
  async run({ target, rows, as, signal, progress }) {
    const run = new SumRun({
      sha256,
      run: randomUUID(),
      name: as,
      seed: randomInt(2 ** 32),
      patterns: PATTERNS,
      count: CHECK_EXCHANGES,
      window: CHECK_EXCHANGES_AT_ONCE,
      numberOf: () => randomInt(1, 101),
    })
    const hub = baseAt(target, rows.connect!.facts!.used!).href
    let fault: string | undefined
    try {
      await exchangeAll(run, {
        hub,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_MS)]),
        onProgress: () => progress(run.done / CHECK_EXCHANGES),
      })
    } catch (error) {
      if (!(error instanceof ExchangeFault)) throw error
      fault = error.message
    }
    return sumFacts(run, fault)
  },
  judge: judgeSum,
}
