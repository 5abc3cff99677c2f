import type { LineReport } from "../../protocol/line.ts"
import type { JudgedRow, JudgedRows } from "./row.ts"
import type { Verdict } from "./verdict.ts"

/** What the hub keeps of a check, for everyone's line. Undefined where no line was measured. */
export function reportOf(
  { idle, download, upload, ...others }: JudgedRows,
  { fault }: Verdict,
): LineReport | undefined {
  if (!idle?.facts) return undefined
  const { samples, lost, minMs, p50Ms, p90Ms, maxMs, jitterMs } = idle.facts
  const rows = [idle, download, upload, ...Object.values(others)] as (JudgedRow | undefined)[]
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
