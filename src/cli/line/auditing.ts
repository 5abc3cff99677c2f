import { FaultFound } from "../failure.ts"
import { count } from "../files/amounts.ts"
import { print, printJson, table } from "../output.ts"
import { type AuditRow, runAudit } from "./audit.ts"
import { time } from "./times.ts"

const SEED = 1 // each audit injects the same

/**
 * Measures a line of which all is known, and prints truth beside measurement.
 * @throws FaultFound where they differ by more than is allowed
 */
export async function audit(json: boolean): Promise<void> {
  process.once("SIGINT", () => process.exit(0))
  const show = (words: string) => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${words}`))
  show("Measuring what is known …")
  const rows = await runAudit({
    seed: SEED,
    onProgress: (done, of) => show(`Measuring what is known: ${done} of ${of} cases done …`),
  })
  show("")
  const ok = rows.every((row) => row.ok)
  if (json) printJson({ ok, rows })
  else for (const line of auditLines(rows)) print(line)
  if (!ok) throw new FaultFound()
}

/** Each case with what was compared in it, truth beside measurement. */
export function auditLines(rows: readonly AuditRow[]): string[] {
  const [heading = "", ...lines] = table([["", "TRUTH", "MEASURED", "ALLOWED", ""], ...rows.map(cells)])
  const grouped = lines.flatMap((line, at) => {
    const { case: name } = rows[at]!
    return name === rows[at - 1]?.case ? [line] : [`${name}:`, line]
  })
  const wrong = rows.filter((row) => !row.ok).length
  const verdict =
    wrong === 0
      ? `The measurement is right in all of ${count(rows.length, "comparison")}.`
      : `The measurement is wrong in ${wrong} of ${count(rows.length, "comparison")}: this machine may be too busy to be trusted now; try again when it rests.`
  return [heading, ...grouped, "", verdict]
}

function cells({ what, unit, truth, measured, allowed, ok }: AuditRow): string[] {
  const value = (number: number) => (unit === "ms" ? time(number) : number.toLocaleString("en"))
  return [
    `  ${what}`,
    value(truth),
    measured === undefined ? "-" : value(measured),
    allowed === 0 ? "equal" : `± ${value(allowed)}`,
    ok ? "ok" : "not ok",
  ]
}
