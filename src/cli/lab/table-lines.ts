import type { TableRow } from "../../protocol/lab/records.ts"
import { printableLine } from "../../protocol/text.ts"
import { clockTime, table } from "../output.ts"
import { clip } from "../width.ts"

/** The lab's table as a terminal shows it: for each program its cases, those that failed first. */
export function programLines(programs: readonly TableRow[], columns: number): string[] {
  return programs
    .flatMap(({ service, role, address, name, results }) => {
      const who = name === undefined ? address : `${address} ${JSON.stringify(name)}`
      const failed = results.filter(({ verdict }) => verdict === "fail")
      const rows = [...failed, ...results.filter(({ verdict }) => verdict !== "fail")].map((result) => [
        `  ${result.verdict}`,
        result.case,
        clockTime(result.time),
        printableLine(result.say ?? ""),
      ])
      return ["", printableLine(`${who}, ${service} ${role}`), ...table(rows)]
    })
    .slice(1)
    .map((line) => clip(line, columns))
}
