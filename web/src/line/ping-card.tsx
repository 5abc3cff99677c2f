import { useState } from "react"
import { time } from "../../../src/client/check/words.ts"
import { Icon } from "../ui/icon.tsx"
import { HistogramChart, HistoryChart } from "./charts.tsx"
import type { LiveLine } from "./live-line.ts"
import { measure } from "./measuring.ts"
import { pingSentence, pingValues } from "./ping-words.ts"
import { useTask } from "./use-task.ts"

const INTERVAL_MS = 50
const DURATION_MS = 10 * 60_000
const LATE_MS = 5_000

/** The line, live: small packets to the hub and back, until stopped. */
export function PingCard() {
  const [live, setLive] = useState<LiveLine>()
  const task = useTask("Stopped, because the page was hidden: a browser then sends late.")
  const start = () =>
    task.start(async (signal) => {
      setLive(undefined)
      await measure({
        intervalMs: INTERVAL_MS,
        durationMs: DURATION_MS,
        lateMs: LATE_MS,
        signal,
        onLive: setLive,
      })
    })
  return (
    <section className="card line-card" aria-labelledby="line-ping">
      <header className="line-card-head">
        <h2 id="line-ping">Live</h2>
        <button type="button" className="button" onClick={task.running ? task.stop : start}>
          <Icon name={task.running ? "pause" : "play"} />
          {task.running ? "Stop" : "Start"}
        </button>
      </header>
      <p className="soft small">
        20 packets of 64 bytes a second, to the hub and back over a WebSocket, for at most 10 minutes. The
        times are those that a program sees: the browser's own work is in them
        {live ? ` (its timers came up to ${time(live.ownP99Ms)} late)` : ""}, and its clock tells 0.1 ms. TCP
        sends again what is lost, so that loss shows as a late answer; <code>landline ping</code> in a
        terminal measures over UDP, and more exactly.
      </p>
      {task.problem && (
        <p className="note bad" role="alert">
          {task.problem}
        </p>
      )}
      {live && <Live live={live} />}
      <p role="status" className="visually-hidden">
        {live && !task.running ? pingSentence(live) : ""}
      </p>
    </section>
  )
}

function Live({ live }: { live: LiveLine }) {
  return (
    <>
      <div className="line-now">
        <p>
          <strong className="number">{live.lastMs === undefined ? "–" : time(live.lastMs)}</strong>
          <span className="soft small"> for the newest answer</span>
        </p>
        <p className="small line-ping-sentence">{pingSentence(live)}</p>
      </div>
      <dl className="line-values">
        {pingValues(live).map(({ name, means, text, pending }) => (
          <div key={name} title={means}>
            <dt>{name}</dt>
            <dd className={pending ? "soft small" : "number"}>{text}</dd>
          </div>
        ))}
      </dl>
      <HistoryChart history={live.history} />
      <HistogramChart buckets={live.buckets} />
    </>
  )
}
