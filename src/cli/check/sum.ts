import { randomInt, randomUUID } from "node:crypto"
import { PATTERNS } from "../../protocol/exchange.ts"
import { exchangeAll } from "../sum/exchanging.ts"
import { ExchangeFault, SumRun } from "../sum/sum-run.ts"
import { fail, type Judged, pass, type Step, unknown } from "./row.ts"
import { baseAt } from "./target.ts"

export interface SumFacts {
  /** That were taken to their end. */
  readonly exchanges: number
  readonly damagedUp: number
  readonly damagedDown: number
  /** Whether both ends hold the same transcript; undefined where time was up before. */
  readonly agreed?: boolean
  /** What the other end did that no hub does over a sound line. */
  readonly fault?: string
}

const EXCHANGES = 200 // each pattern with most sizes of payload: about 200 kB each way
const AT_ONCE = 8 // one after the other they would take a minute on a line of 300 ms
const TIME_MS = 8_000

/** Does data arrive as it was sent, both ways? */
export const sumStep: Step<"sum"> = {
  title: "data intact",
  doing: "comparing what arrives with what was sent",
  needs: ["hello"],
  async run({ target, rows, as, signal, progress }) {
    const run = new SumRun({
      run: randomUUID(),
      name: as,
      seed: randomInt(2 ** 32),
      patterns: PATTERNS,
      count: EXCHANGES,
      window: AT_ONCE,
      numberOf: () => randomInt(1, 101),
    })
    const hub = baseAt(target, rows.connect!.facts!.used!).href
    let fault: string | undefined
    try {
      await exchangeAll(run, {
        hub,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_MS)]),
        onProgress: () => progress(run.done / EXCHANGES),
      })
    } catch (error) {
      if (!(error instanceof ExchangeFault)) throw error
      fault = error.message
    }
    const damaged = (way: string) => run.mismatches.filter(({ direction }) => direction === way).length
    return {
      exchanges: run.done,
      damagedUp: damaged("up"),
      damagedDown: damaged("down"),
      ...(run.over && { agreed: run.transcript === run.hubTranscript }),
      ...(fault !== undefined && { fault }),
    }
  },
  judge({ exchanges, damagedUp, damagedDown, agreed, fault }): Judged {
    const damaged = damagedUp + damagedDown
    if (damaged > 0)
      return fail(
        `Of ${exchanges} messages there and back, some arrived changed: ${damagedUp} errors on the way to the hub, ${damagedDown} on the way back.`,
      )
    if (fault !== undefined || agreed === false)
      return fail(
        `The hub and this computer do not agree on what was sent: ${fault ?? "their records differ."}`,
      )
    if (exchanges === 0) return unknown("No message got there and back in the time of the test.")
    return pass(`${exchanges} messages went to the hub and back, and each arrived exactly as it was sent.`)
  },
}
