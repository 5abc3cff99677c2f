import { useEffect, useRef, useState } from "react"
import type { TableResult, TableRow } from "../../../src/protocol/lab/records.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import { go, to } from "../app/route.ts"
import { useHub, useLine } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { Empty, Failure, Loading } from "../ui/empty.tsx"
import { clockSeconds } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { DEMAND_WORDS, type Matrix, matrices, passText } from "./table-matrix.ts"
import "./table.css"

const EVERY_MS = 3_000

/** Programs against cases. @param project large and without anything around it, for a wall */
export function TableView({ project }: { project: boolean }) {
  const { http } = useHub()
  const { state } = useLine()
  const { value, error, refresh } = usePolled(
    () => http.json<{ programs: readonly TableRow[] }>("/lab/table"),
    EVERY_MS,
  )
  const box = useRef<HTMLDivElement>(null)
  useProjected(project)
  const begin = () => {
    go(to("lab", "table", { project: 1 }))
    document.documentElement.requestFullscreen?.().catch(() => {}) // the page alone is large as well
  }
  return (
    <div ref={box} className={project ? "lab-table lab-project" : "lab-table"}>
      <div className="lab-table-head">
        <p className="soft">
          Which program was seen to do what: clients by how they used this lab, servers as{" "}
          <code>landline lab SERVICE try</code> reported them.
        </p>
        {value && state !== "live" && <span className="tag warn">as of before the line went down</span>}
        {project ? (
          <button type="button" className="button" onClick={leave}>
            Leave
          </button>
        ) : (
          <button type="button" className="button" onClick={begin}>
            <Icon name="external" />
            Project
          </button>
        )}
      </div>
      {value === undefined ? (
        error ? (
          <Failure say={error.message} onRetry={refresh} />
        ) : (
          <Loading />
        )
      ) : value.programs.length === 0 ? (
        <Empty title="No program has been seen yet">
          <p>A client appears when it has used a service of the lab, a server when it was tried:</p>
          <CopyLine
            text={`npx landline lab chat try localhost:12345 --hub ${location.host}`}
            label="Try a server of yours, and tell this table"
          />
        </Empty>
      ) : (
        <div className="lab-matrices">
          {matrices(value.programs).map((matrix) => (
            <MatrixTable key={matrix.service} {...matrix} />
          ))}
        </div>
      )}
    </div>
  )
}

/** Esc, or leaving the full screen, ends it. */
function useProjected(project: boolean): void {
  useEffect(() => {
    if (!project) return
    const key = ({ key }: KeyboardEvent) => key === "Escape" && leave()
    const changed = () => document.fullscreenElement === null && leave()
    addEventListener("keydown", key)
    document.addEventListener("fullscreenchange", changed)
    return () => {
      removeEventListener("keydown", key)
      document.removeEventListener("fullscreenchange", changed)
      if (document.fullscreenElement) void document.exitFullscreen()
    }
  }, [project])
}

const leave = () => go(to("lab", "table"))

const SIGNS = { pass: "✓", fail: "✗", "not applicable": "–" } as const

function MatrixTable({ service, groups, rows }: Matrix) {
  const [chosen, setChosen] = useState<{ program: TableRow; case: string }>()
  const program = rows.find(({ program }) => chosen && isSame(program, chosen.program))?.program
  const result = program?.results.find((one) => one.case === chosen?.case)
  return (
    <section className="lab-matrix" aria-label={service}>
      <h2>{service}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className="table-scroll" tabIndex={0} aria-label={`Table of ${service}`}>
        <table>
          <thead>
            <tr>
              <th rowSpan={2}>Program</th>
              {groups.map(({ demand, cases }) => (
                <th key={demand} colSpan={cases.length} className="lab-demand" data-demand={demand}>
                  {DEMAND_WORDS[demand]}
                </th>
              ))}
            </tr>
            <tr>
              {groups.flatMap(({ cases }) => cases.map((name) => <th key={name}>{printableLine(name)}</th>))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ program, results }) => (
              <tr key={keyOf(program)}>
                <th scope="row" className="lab-program">
                  <Untrusted text={program.name ?? program.address} />
                  <span className="soft small">
                    {program.role}
                    {program.name !== undefined && (
                      <>
                        , <Untrusted text={program.address} />
                      </>
                    )}
                    , {passText(program)}
                  </span>
                </th>
                {results.map((one, index) => (
                  <Cell
                    // biome-ignore lint/suspicious/noArrayIndexKey: a column
                    key={index}
                    result={one}
                    chosen={one !== undefined && one === result && program === chosen?.program}
                    onChoose={() => one && setChosen({ program, case: one.case })}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="lab-said" role="status">
        {program && result ? (
          <>
            <Untrusted text={program.name ?? program.address} />, {printableLine(result.case)}:{" "}
            {result.verdict} ({clockSeconds(result.time)}). {printableLine(result.say ?? "")}
          </>
        ) : (
          ""
        )}
      </p>
    </section>
  )
}

function Cell({
  result,
  chosen,
  onChoose,
}: {
  result: TableResult | undefined
  chosen: boolean
  onChoose: () => void
}) {
  if (result === undefined)
    return (
      <td className="lab-cell">
        <span className="visually-hidden">not seen</span>
      </td>
    )
  return (
    <td className="lab-cell">
      <button
        type="button"
        className="lab-verdict"
        data-verdict={result.verdict}
        aria-pressed={chosen}
        aria-label={`${result.case}: ${result.verdict}`}
        title={printableLine(result.say ?? result.verdict)}
        onClick={onChoose}
        onFocus={onChoose}
      >
        {SIGNS[result.verdict]}
      </button>
    </td>
  )
}

const keyOf = ({ service, role, address, name }: TableRow): string =>
  JSON.stringify([service, role, address, name])
const isSame = (one: TableRow, other: TableRow): boolean => keyOf(one) === keyOf(other)
