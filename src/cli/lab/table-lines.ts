import type { TableRow } from "../../protocol/lab/records.ts"
import { printableLine } from "../../protocol/text.ts"
import { clockTime, table } from "../output.ts"
import { clip, displayWidth, hang } from "../width.ts"
import { WORDS } from "./tried.ts"

/** The lab's table as a terminal shows it: for each program its cases, those that failed first. */
export function programLines(programs: readonly TableRow[], columns: number): string[] {
  return programs
    .flatMap(({ service, role, address, name, results }) => {
      const who = name === undefined ? address : `${address} ${JSON.stringify(name)}`
      const failed = results.filter(({ verdict }) => verdict === "fail")
      const all = [...failed, ...results.filter(({ verdict }) => verdict !== "fail")]
      const heads = table(all.map((one) => [`  ${WORDS[one.verdict]}`, one.case, clockTime(one.time)]))
      const rows = heads.flatMap((head, at) =>
        hang(`${head}  `, displayWidth(head) + 2, printableLine(all[at]!.say ?? ""), columns),
      )
      return ["", printableLine(`${who}, ${service} ${role}`), ...rows]
    })
    .slice(1)
    .map((line) => clip(line, columns))
}
