import { time } from "../../../src/client/check/words.ts"
import type { Bucket } from "../../../src/client/line/histogram.ts"
import { msText } from "../ui/format.ts"
import { HISTORY_S, type Moment } from "./live-line.ts"

/** How many answers took how long. Each row is as wide as the next on a logarithmic scale. */
export function HistogramChart({ buckets }: { buckets: readonly Bucket[] }) {
  const most = Math.max(1, ...buckets.map(({ count }) => count))
  return (
    <table className="line-histogram">
      <caption>How many answers took how long</caption>
      <thead className="visually-hidden">
        <tr>
          <th>Time</th>
          <th>Answers</th>
        </tr>
      </thead>
      <tbody>
        {buckets.map(({ fromMs, toMs, count }) => (
          <tr key={fromMs}>
            <th scope="row" className="number">
              {msText(fromMs)} – {msText(toMs)}
            </th>
            <td>
              <div className="line-histogram-bar">
                <span style={{ width: `${(count / most) * 100}%` }} />
                <span className="number">{count.toLocaleString("en")}</span>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const WIDTH = 600
const HEIGHT = 120

/** The last minute: the longest answer of each half second, and where one was lost. */
export function HistoryChart({ history }: { history: readonly Moment[] }) {
  const top = niceAbove(Math.max(0.1, ...history.map(({ ms = 0 }) => ms)))
  const x = (ageS: number) => WIDTH * (1 - ageS / HISTORY_S)
  const y = (ms: number) => HEIGHT * (1 - ms / top)
  let pen = "M"
  const path = history
    .map(({ ageS, ms }) => {
      if (ms === undefined) {
        pen = "M"
        return ""
      }
      const point = `${pen}${x(ageS).toFixed(1)} ${y(ms).toFixed(1)}`
      pen = "L"
      return point
    })
    .join("")
  return (
    <figure className="line-history">
      <figcaption>The last minute: the longest answer of each half second</figcaption>
      <div className="line-history-plot">
        <span className="line-history-top number">{time(top)}</span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path
            d={`M0 ${HEIGHT / 2}H${WIDTH}M0 0H${WIDTH}M0 ${HEIGHT}H${WIDTH}`}
            className="line-history-grid"
          />
          {history
            .filter(({ lost }) => lost > 0)
            .map(({ ageS }) => (
              <path key={ageS} d={`M${x(ageS)} 0V${HEIGHT}`} className="line-history-lost" />
            ))}
          <path d={path} className="line-history-path" />
        </svg>
        <span className="line-history-ends">
          <span>{HISTORY_S} s ago</span>
          <span>now</span>
        </span>
      </div>
    </figure>
  )
}

/** 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10)
}
