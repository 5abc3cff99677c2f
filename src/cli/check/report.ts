import type { Verdict } from "../../client/check/verdict.ts"
import { outOf, time } from "../../client/check/words.ts"
import { amount } from "../files/amounts.ts"
import type { Rows } from "./row.ts"

/** The check in a few lines, for a room. */
export function summaryOf({ idle, download, upload }: Rows, verdict: Verdict): string {
  const facts = idle?.facts
  const parts = [
    ...(facts?.p50Ms === undefined ? [] : [`answer in ${time(facts.p50Ms)}`]),
    ...(facts?.transport === "udp"
      ? [facts.lost === 0 ? "no packet lost" : `${outOf(facts.lost, facts.samples)} packets lost`]
      : []),
    ...(download?.facts ? [`down ${amount(download.facts.bytesPerSecond)}/s`] : []),
    ...(upload?.facts ? [`up ${amount(upload.facts.bytesPerSecond)}/s`] : []),
  ]
  return [`My line: ${verdict.say}`, ...(parts.length > 0 ? [parts.join(", ")] : [])].join("\n")
}
