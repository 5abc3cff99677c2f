import { labLimits } from "../../protocol/lab/lab-limits.ts"
import type { TableResult, TableRow } from "../../protocol/lab/records.ts"

/** Whose results these are. */
export type Program = Omit<TableRow, "results">

/** Program × case: the latest result of each. */
export class LabTable {
  readonly #rows = new Map<
    string,
    { readonly program: Program; readonly results: Map<string, TableResult> }
  >()

  /** Notes a result, in place of an earlier one of the same case. */
  note(program: Program, result: TableResult): void {
    const { service, role, address, name } = program
    const key = JSON.stringify([service, role, address, name])
    const row = this.#rows.get(key) ?? { program, results: new Map<string, TableResult>() }
    putLast(this.#rows, key, row, labLimits.tableProgramsMax)
    putLast(row.results, result.case, result, labLimits.tableCasesMax)
  }

  /** The program heard of last first. */
  all(): TableRow[] {
    return [...this.#rows.values()]
      .reverse()
      .map(({ program, results }) => ({ ...program, results: [...results.values()].reverse() }))
  }
}

/** The one not heard of for longest stands first, and goes first. */
function putLast<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > most) map.delete(map.keys().next().value!)
}
