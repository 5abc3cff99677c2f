import type { LabCase, Outcome } from "../../src/gateways/lab/try/case.ts"
import { tryCases } from "../../src/gateways/lab/try/run.ts"

/** Outcomes by the cases' names. */
export type Outcomes = ReadonlyMap<string, Outcome>

/** Tries a server on loopback. @param timeoutMs that an answer may take */
export async function outcomesOf(
  service: string,
  port: number,
  cases: readonly LabCase[],
  timeoutMs = 2_000,
): Promise<Outcomes> {
  const all = await tryCases({
    service,
    host: "127.0.0.1",
    port,
    timeoutMs,
    cases,
    asDocumented: cases[0]!,
    signal: new AbortController().signal,
    onTried() {},
  })
  return new Map(all.map((tried) => [tried.case.name, tried.outcome]))
}

/** The names of those that failed, each with what happened. */
export const failuresOf = (outcomes: Outcomes): Record<string, string> =>
  Object.fromEntries(
    [...outcomes].flatMap(([name, outcome]) => (outcome.verdict === "fail" ? [[name, outcome.what]] : [])),
  )

/** The names of those with this verdict. */
export const namesOf = (outcomes: Outcomes, verdict: Outcome["verdict"]): string[] =>
  [...outcomes].filter(([, outcome]) => outcome.verdict === verdict).map(([name]) => name)
