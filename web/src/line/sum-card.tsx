import { type FormEvent, useState } from "react"
import { ExchangeFault, type Mismatch, type SumRun } from "../../../src/client/line/sum-run.ts"
import { isExchangeNumber, NUMBER_MAX } from "../../../src/protocol/exchange.ts"
import { useHub } from "../hub/hub.tsx"
import { download } from "../ui/download.ts"
import { Untrusted } from "../ui/untrusted.tsx"
import { Progress } from "./check-card.tsx"
import { exchange, manyRun, singleRun } from "./exchanging.ts"
import { damageCells, type SumOutcome, sumOutcome } from "./sum-words.ts"
import { useTask } from "./use-task.ts"

const MANY = 1_000
const WINDOW = 16
const SHOWN = 20

interface Result {
  readonly run: SumRun
  readonly outcome: SumOutcome
  /** This end's transcript, as JSON lines. */
  readonly lines: readonly string[]
}

/** Exchanges after which both ends can prove what was said, or know where it was damaged. */
export function SumCard() {
  const { who } = useHub()
  const task = useTask()
  const [number, setNumber] = useState("25")
  const [tried, setTried] = useState(false)
  const [done, setDone] = useState(0)
  const [result, setResult] = useState<Result>()
  const take = (make: (onLine: (line: string) => void) => SumRun) =>
    task.start(async (signal) => {
      setResult(undefined)
      setDone(0)
      const lines: string[] = []
      const run = make((line) => lines.push(line))
      let fault: string | undefined
      try {
        await exchange(run, signal, () => setDone(run.done))
      } catch (error) {
        if (!(error instanceof ExchangeFault)) throw error
        fault = error.message
      }
      setResult({ run, outcome: sumOutcome(run, fault), lines })
    })
  const right = /^\d{1,3}$/.test(number.trim()) && isExchangeNumber(Number(number))
  const once = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (right) take((onLine) => singleRun(who.name, Number(number), { onLine }))
  }
  return (
    <section className="card line-card" aria-labelledby="line-sum">
      <header className="line-card-head">
        <h2 id="line-sum">Sum</h2>
      </header>
      <p className="soft small">
        You send a number, the hub adds one of its own and answers with the sum. Every message bears its
        SHA-256, and both ends write down what they saw.
      </p>
      <form className="line-sum-form" onSubmit={once} noValidate>
        <label htmlFor="line-sum-number">A number from 1 to {NUMBER_MAX}</label>
        <input
          id="line-sum-number"
          inputMode="numeric"
          value={number}
          maxLength={8}
          onChange={(event) => setNumber(event.target.value)}
          aria-invalid={tried && !right}
          aria-describedby="line-sum-note"
        />
        <button type="submit" className="button" disabled={task.running}>
          Add
        </button>
        <button
          type="button"
          className="button"
          disabled={task.running}
          onClick={() => take((onLine) => manyRun(who.name, MANY, WINDOW, { onLine }))}
        >
          {MANY.toLocaleString("en")} with data
        </button>
      </form>
      <p id="line-sum-note" className={tried && !right ? "note bad" : "note"}>
        {tried && !right
          ? `That is no whole number from 1 to ${NUMBER_MAX}.`
          : "The data are zeros, alternating and random bits in 32 sizes, which both ends know: each wrong bit is found."}
      </p>
      {task.running && <Progress say={`${done.toLocaleString("en")} exchanges`} share={done / MANY} />}
      {task.problem && (
        <p className="note bad" role="alert">
          {task.problem}
        </p>
      )}
      {result && !task.running && <Outcome {...result} />}
    </section>
  )
}

function Outcome({ run, outcome, lines }: Result) {
  const { who, http } = useHub()
  const { last, mismatches, mismatchCount } = run
  const save = () => download(new Blob(lines.map((line) => `${line}\n`)), `sum-${run.run}.jsonl`)
  return (
    <div className="line-sum-result" role="status">
      {last && run.count === 1 && (
        <p className="line-sum-sum">
          <Untrusted text={who.name} /> {last.number} + <Untrusted text={run.hub ?? ""} /> {last.answer} ={" "}
          <strong>{last.sum}</strong>
        </p>
      )}
      <p>
        <span className={outcome.good ? "tag good" : "tag bad"}>
          {outcome.good ? "verified" : "not verified"}
        </span>{" "}
        {outcome.say}
      </p>
      {mismatchCount > 0 && <Damages mismatches={mismatches} count={mismatchCount} />}
      {run.transcript && (
        <p className="small line-sum-hash">
          <span className="soft">Transcript</span> <code>{run.transcript}</code>
        </p>
      )}
      <p className="line-sum-links">
        {run.over && (
          <a href={http.path(`/sums/${run.run}`)} target="_blank" rel="noreferrer">
            The hub's transcript
          </a>
        )}
        {lines.length > 0 && (
          <button type="button" className="button small" onClick={save}>
            Save this end's
          </button>
        )}
      </p>
    </div>
  )
}

function Damages({ mismatches, count }: { mismatches: readonly Mismatch[]; count: number }) {
  const shown = mismatches.slice(0, SHOWN)
  return (
    <>
      <div className="table-scroll">
        <table className="line-damages">
          <thead>
            <tr>
              <th>exchange</th>
              <th>way</th>
              <th>what</th>
              <th className="number">byte</th>
              <th className="number">bit</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((mismatch) => {
              const [seq, way, part, byte, bit] = damageCells(mismatch)
              return (
                <tr key={`${seq} ${way} ${part} ${byte} ${bit}`}>
                  <td>{seq}</td>
                  <td>{way}</td>
                  <td>{part}</td>
                  <td className="number">{byte}</td>
                  <td className="number">{bit}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {count > shown.length && (
        <p className="note">and {(count - shown.length).toLocaleString("en")} more places</p>
      )}
    </>
  )
}
