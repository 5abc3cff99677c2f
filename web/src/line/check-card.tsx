import { useState } from "react"
import type { JudgedRow, State } from "../../../src/client/check/row.ts"
import type { Verdict } from "../../../src/client/check/verdict.ts"
import { list } from "../../../src/client/check/words.ts"
import { LandlineError } from "../../../src/client/main.ts"
import { useHub } from "../hub/hub.tsx"
import { CopyLine } from "../ui/copy-line.tsx"
import { checkLine, TITLES, type WebStep } from "./check.ts"
import type { Task } from "./use-task.ts"

const TAGS: Record<State, string> = { pass: "good", warn: "warn", fail: "bad", skipped: "", unknown: "" }
const EVIDENCE_MAX = 6 // of more, naming each says nothing

/** The doctor: one button, and a verdict in words. @param onReported everyone's line has changed */
export function CheckCard({
  task,
  busy,
  onReported,
}: {
  task: Task
  /** Something else measures. */
  busy: boolean
  onReported: () => void
}) {
  const { who, http, session } = useHub()
  const [rows, setRows] = useState<readonly JudgedRow[]>([])
  const [doing, setDoing] = useState({ say: "", share: 0 })
  const [verdict, setVerdict] = useState<Verdict>()
  const [told, setTold] = useState<string>()
  const check = () =>
    task.start(async (signal) => {
      setRows([])
      setVerdict(undefined)
      setTold(undefined)
      const checked = await checkLine({
        ...{ http, name: who.name, hub: location.host, signal },
        onDoing: (say, share) => setDoing({ say, share }),
        onRow: (row) => setRows((all) => [...all, row]),
      })
      setVerdict(checked.verdict)
      if (checked.report === undefined) return
      try {
        await session.reportLine(checked.report)
        setTold("The hub keeps this as your line.")
        onReported()
      } catch (error) {
        if (!(error instanceof LandlineError)) throw error
        setTold(`The hub was not told of this check: ${error.message}`)
      }
    })
  return (
    <section className="card line-card line-wide" aria-labelledby="line-check">
      <header className="line-card-head">
        <h2 id="line-check">What is wrong with the line?</h2>
        {task.running ? (
          <button type="button" className="button" onClick={task.stop}>
            Stop
          </button>
        ) : (
          <button type="button" className="button primary" onClick={check} disabled={busy}>
            Check the line
          </button>
        )}
      </header>
      {task.running && <Progress {...doing} />}
      {task.problem && (
        <p className="note bad" role="alert">
          {task.problem}
        </p>
      )}
      {verdict && <VerdictBox verdict={verdict} told={told} />}
      {rows.length > 0 && (
        <ul className="line-rows" aria-label="What was tried">
          {rows.map((row) => (
            <Row key={row.step} {...row} />
          ))}
        </ul>
      )}
      {rows.length === 0 && !task.running && (
        <p className="soft">
          It takes about a quarter of a minute, and says in plain words whether the line between this browser
          and the hub is fine, and if not, what to do.
        </p>
      )}
      <CopyLine
        label="What only a terminal can try as well: this device's network, the name, UDP, the size of packets"
        text={`npx landline check --hub ${hubText()}`}
      />
    </section>
  )
}

const hubText = () => (location.protocol === "https:" ? location.origin : location.host)

export function Progress({ say, share }: { say: string; share: number }) {
  return (
    <div className="line-progress">
      <p role="status">{say} …</p>
      <progress max={1} value={Math.min(1, share)} aria-label={say || "Progress"} />
    </div>
  )
}

function Row({ step, state, say }: JudgedRow) {
  return (
    <li>
      <span className={`tag ${TAGS[state]}`}>{state}</span>
      <span className="line-row-title">{TITLES[step as WebStep]}</span>
      <span className="line-row-say">{say}</span>
    </li>
  )
}

function VerdictBox({ verdict, told }: { verdict: Verdict; told: string | undefined }) {
  const { fault, say, evidence, next, sure, because } = verdict
  const titles = evidence.flatMap((step) => TITLES[step as WebStep] ?? [])
  return (
    <div className="line-verdict" data-fault={fault} role="status">
      <p className="line-verdict-head">{fault ? "Fault found" : "No fault found"}</p>
      <p className="line-verdict-say">{say}</p>
      <dl>
        <dt>What to do</dt>
        <dd>{next}</dd>
        <dt>What shows it</dt>
        <dd>{titles.length > EVIDENCE_MAX ? "all below" : list(titles)}</dd>
        <dt>How sure it is</dt>
        <dd>
          {sure}: {because}
        </dd>
      </dl>
      {told && <p className="small">{told}</p>}
    </div>
  )
}
