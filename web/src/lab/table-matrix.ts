import type { LabServiceName, TableResult, TableRow } from "../../../src/protocol/lab/records.ts"

export type Demand = "basic" | "robust" | "other"

/** Cases of one demand, side by side. */
export interface CaseGroup {
  readonly demand: Demand
  readonly cases: readonly string[]
}

export interface ProgramRow {
  readonly program: TableRow
  /** By case, in the order of the groups; undefined where it was not seen. */
  readonly results: readonly (TableResult | undefined)[]
}

/** Programs of one service against its cases. */
export interface Matrix {
  readonly service: LabServiceName
  readonly groups: readonly CaseGroup[]
  readonly rows: readonly ProgramRow[]
}

const DEMANDS: readonly Demand[] = ["basic", "robust", "other"]

/** The lab's table, as it is drawn: a matrix for each service that has programs, in the order of their names. */
export function matrices(programs: readonly TableRow[]): Matrix[] {
  const services = [...new Set(programs.map(({ service }) => service))].sort()
  return services.map((service) =>
    matrixOf(
      service,
      programs.filter((program) => program.service === service),
    ),
  )
}

function matrixOf(service: LabServiceName, programs: readonly TableRow[]): Matrix {
  const demands = new Map<string, Demand>()
  for (const { results } of programs)
    for (const { case: name, demand } of results)
      if (demand !== undefined || !demands.has(name)) demands.set(name, demand ?? "other")
  const groups = DEMANDS.map((demand) => ({
    demand,
    cases: [...demands].filter(([, of]) => of === demand).map(([name]) => name),
  })).filter(({ cases }) => cases.length > 0)
  const cases = groups.flatMap((group) => group.cases)
  const rows = programs.map((program) => ({
    program,
    results: cases.map((name) => program.results.find((result) => result.case === name)),
  }))
  return { service, groups, rows }
}

/** `3 of 4 pass`, of what applies. */
export function passText({ results }: TableRow): string {
  const applicable = results.filter(({ verdict }) => verdict !== "not applicable")
  const passed = applicable.filter(({ verdict }) => verdict === "pass")
  return `${passed.length} of ${applicable.length} pass`
}

export const DEMAND_WORDS: Record<Demand, string> = {
  basic: "basic: the document asks it",
  robust: "robust: a server in earnest bears it",
  other: "seen in use",
}
