import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react"
import { printableLine } from "../../../src/protocol/text.ts"
import { counted } from "../ui/format.ts"
import { PartBoundary } from "../ui/part-boundary.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import type { Series } from "./charted.ts"
import { drawingOf, gapAfterMs, type Span } from "./drawing.ts"
import { chosenAtFirst, clipped, isNumbers, numberText } from "./fields.ts"
import { type Summary, summaryOf } from "./points.ts"
import type { Reading } from "./reading.ts"

const Chart = lazy(() => import("./chart.tsx"))
const HEIGHT = 260
const NAME_MAX = 40
/** As many as there are in feeds.css. */
const COLOURS = 6

interface ValueChartProps {
  readonly series: Series
  readonly span: Span
  readonly unit: string
  readonly expectMs: number
  readonly latest: Reading | undefined
}

/** The numbers of a feed over a span of time; which of them, one chooses. Every picture has its words below it. */
export function ValueChart({ series, span, unit, expectMs, latest }: ValueChartProps) {
  const [chosen, setChosen] = useState<readonly string[]>()
  const [box, width] = useWidth()
  const { fields } = series
  const summaries = useMemo(
    () =>
      new Map(series.fields.map((field) => [field, summaryOf(series.bucketsOf(field), span.from, span.to)])),
    [series, span],
  )
  const areNumbers = latest !== undefined && isNumbers(latest.value)
  const shown = useMemo(() => {
    const wanted = chosen ?? (areNumbers ? fields : standard(fields, summaries))
    return fields.filter((field) => wanted.includes(field))
  }, [fields, chosen, summaries, areNumbers])
  const drawing = useMemo(() => {
    const buckets = shown.map((field) => series.bucketsOf(field))
    return drawingOf(buckets, span, width, gapAfterMs(buckets[0] ?? [], expectMs), series.breaks)
  }, [shown, series, span, width, expectMs])
  const toggle = (field: string) =>
    setChosen(shown.includes(field) ? shown.filter((name) => name !== field) : [...shown, field])

  return (
    <div ref={box}>
      {areNumbers && (
        <p className="note">Each message is an array of numbers: its least, mean and greatest are drawn.</p>
      )}
      <PartBoundary what="The chart">
        <Suspense fallback={<div className="feeds-chart-wait" />}>
          <Chart names={shown.map(printableLine)} drawing={drawing} span={span} height={HEIGHT} />
        </Suspense>
      </PartBoundary>
      <ul className="feeds-series" aria-label="Series">
        {fields.map((field) => (
          <li
            key={field}
            className="feeds-serie"
            data-colour={shown.includes(field) ? (shown.indexOf(field) % COLOURS) + 1 : undefined}
          >
            <span className="feeds-swatch" aria-hidden="true" />
            {fields.length > 1 ? (
              <label className="feeds-serie-name">
                <input type="checkbox" checked={shown.includes(field)} onChange={() => toggle(field)} />
                <Untrusted text={clipped(field, NAME_MAX)} />
              </label>
            ) : (
              <span className="feeds-serie-name">
                <Untrusted text={clipped(field, NAME_MAX)} />
              </span>
            )}
            <span className="number soft">{summaryText(summaries.get(field), unit)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function standard(fields: readonly string[], summaries: ReadonlyMap<string, Summary | undefined>): string[] {
  return chosenAtFirst(
    fields.map((name) => {
      const { min = 0, max = 0 } = summaries.get(name) ?? {}
      return { name, most: Math.max(Math.abs(min), Math.abs(max)) }
    }),
  )
}

function summaryText(summary: Summary | undefined, unit: string): string {
  if (summary === undefined) return "nothing in this time"
  const { min, mean, max, last, count } = summary
  // A mean has more digits than its values ever had.
  const [least, middle, most, newest] = [min, Number(mean.toPrecision(5)), max, last].map(numberText)
  const of = unit === "" ? "" : ` ${printableLine(unit)}`
  return `min ${least}, mean ${middle}, max ${most}, last ${newest}${of} of ${counted(count, "value")}`
}

/** The width of an element in pixels, as it changes. */
function useWidth(): [(element: HTMLElement | null) => void, number] {
  const [width, setWidth] = useState(600)
  const observer = useRef<ResizeObserver>(undefined)
  useEffect(() => () => observer.current?.disconnect(), [])
  const box = useRef((element: HTMLElement | null) => {
    observer.current?.disconnect()
    if (element === null) return
    observer.current = new ResizeObserver(() => setWidth(Math.max(100, element.clientWidth)))
    observer.current.observe(element)
  })
  return [box.current, width]
}
