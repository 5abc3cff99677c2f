import { time } from "../../../src/client/check/words.ts"
import type { Line } from "../../../src/client/main.ts"
import { useHub, useLine } from "../hub/hub.tsx"
import type { Polled } from "../hub/polled.ts"
import { Empty, Failure, Loading } from "../ui/empty.tsx"
import { ago, bytesText, fullTime } from "../ui/format.ts"
import { Untrusted } from "../ui/untrusted.tsx"

const VERDICTS = {
  pass: { say: "good", tag: "tag good" },
  warn: { say: "middling", tag: "tag warn" },
  fail: { say: "fault", tag: "tag bad" },
} as const

/** What the hub holds of everybody's line, the newest first. */
export function EveryoneCard({ lines }: { lines: Polled<readonly Line[]> }) {
  const { value, error, refresh } = lines
  const { state } = useLine()
  return (
    <section className="card line-card line-wide" aria-labelledby="line-everyone">
      <header className="line-card-head">
        <h2 id="line-everyone">Everyone's line</h2>
        {value && state !== "live" && <span className="tag warn">as of before the line went down</span>}
      </header>
      {value === undefined ? (
        error ? (
          <Failure say={error.message} onRetry={refresh} />
        ) : (
          <Loading />
        )
      ) : value.length === 0 ? (
        <Empty title="Nobody's line is known yet">
          <p>Check yours with the button above; an open page is measured by itself once a minute.</p>
        </Empty>
      ) : (
        <Table lines={value} />
      )}
    </section>
  )
}

function Table({ lines }: { lines: readonly Line[] }) {
  const { who } = useHub()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="table-scroll" tabIndex={0} aria-label="Table of everyone's line">
      <table>
        <thead>
          <tr>
            <th>Who</th>
            <th className="number">Answer</th>
            <th className="number">Uneven by</th>
            <th className="number">Lost</th>
            <th className="number">Down</th>
            <th className="number">Up</th>
            <th>Last check</th>
            <th>Measured</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.name} data-own={line.name === who.name || undefined}>
              <td className="line-who">
                <Untrusted text={line.name} /> {line.name === who.name && <span className="tag">you</span>}
              </td>
              <td className="number">{orDash(line.p50Ms, time)}</td>
              <td className="number">{orDash(line.jitterMs, time)}</td>
              <td className="number">{Math.round((line.lost / line.samples) * 1000) / 10} %</td>
              <td className="number">{orDash(line.downBytesPerSecond, rate)}</td>
              <td className="number">{orDash(line.upBytesPerSecond, rate)}</td>
              <td>
                {line.verdict ? (
                  <span className={VERDICTS[line.verdict].tag}>{VERDICTS[line.verdict].say}</span>
                ) : (
                  "–"
                )}
              </td>
              <td title={fullTime(line.time)}>{ago(line.time)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const rate = (bytes: number): string => `${bytesText(bytes)}/s`
const orDash = (value: number | undefined, say: (value: number) => string): string =>
  value === undefined ? "–" : say(value)
