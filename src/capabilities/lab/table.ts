import { labLimits } from "../../protocol/lab/lab-limits.ts"
import type { TableResult, TableRow } from "../../protocol/lab/records.ts"

/** Whose results these are. */
export type Program = Omit<TableRow, "results">

interface Row {
  readonly program: Program
  readonly results: Map<string, TableResult>
  isForgeable: boolean
}

/** Program × case: the latest result of each. */
export class LabTable {
  readonly #rows = new Map<string, Row>()

  /**
   * Notes a result, in place of an earlier one of the same case.
   * @param isForgeable it was heard over UDP, from whatever address
   */
  note(program: Program, result: TableResult, isForgeable = false): void {
    const { service, role, address, name } = program
    const key = JSON.stringify([service, role, address, name])
    const row = this.#rows.get(key) ?? { program, results: new Map<string, TableResult>(), isForgeable }
    row.isForgeable &&= isForgeable
    putLast(this.#rows, key, row, labLimits.tableProgramsMax)
    if (row.isForgeable) this.#boundForgeable()
    putLast(row.results, result.case, result, labLimits.tableCasesMax)
  }

  /** Whoever forges addresses takes the place of others over UDP alone. */
  #boundForgeable(): void {
    const keys = [...this.#rows].filter(([, { isForgeable }]) => isForgeable).map(([key]) => key)
    if (keys.length > labLimits.tableForgeableMax) this.#rows.delete(keys[0]!)
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
