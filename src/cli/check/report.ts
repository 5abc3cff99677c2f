import type { LineReport } from "../../protocol/line.ts"
import { amount } from "../files/amounts.ts"
import type { Row, Rows } from "./row.ts"
import type { Verdict } from "./verdict.ts"
import { outOf, time } from "./words.ts"

/** What the hub keeps of a check, for everyone's line. Undefined where no line was measured. */
export function reportOf(
  { idle, download, upload, ...others }: Rows,
  { fault }: Verdict,
): LineReport | undefined {
  if (!idle?.facts) return undefined
  const { samples, lost, minMs, p50Ms, p90Ms, maxMs, jitterMs } = idle.facts
  const rows = [idle, download, upload, ...Object.values(others)] as (Row | undefined)[]
  const warned = rows.some((row) => row?.state === "warn")
  return {
    samples,
    lost,
    minMs,
    p50Ms,
    p90Ms,
    maxMs,
    jitterMs,
    downBytesPerSecond: download?.facts?.bytesPerSecond,
    upBytesPerSecond: upload?.facts?.bytesPerSecond,
    verdict: fault ? "fail" : warned ? "warn" : "pass",
  }
}

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
