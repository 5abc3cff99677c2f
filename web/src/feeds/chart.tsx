import { useEffect, useRef, useState } from "react"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { axisRange, type Drawing, type Span } from "./drawing.ts"
import { clipped, numberText } from "./fields.ts"

export interface ChartProps {
  readonly names: readonly string[]
  readonly drawing: Drawing
  readonly span: Span
  readonly height: number
  /** What a value at the cursor reads like. */
  readonly valueText?: (value: number) => string
}

const COLOURS = 6
const DAY_S = 86_400
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const CLOCK_SECONDS = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
})
const DAY = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
})

/** Lines over time, drawn on a canvas. What it shows is said in words beside it. */
export default function Chart({ names, drawing, span, height, valueText = numberText }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const told = useRef<HTMLParagraphElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef({ names, valueText })
  latest.current = { names, valueText }
  const scheme = useScheme()
  const count = names.length

  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew for other colours and another number of lines
  useEffect(() => {
    const element = box.current!
    const made = new uPlot(
      optionsOf(element, count, height, (plot) => tell(plot, told.current, latest.current)),
      undefined,
      element,
    )
    plot.current = made
    const sized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    sized.observe(element)
    return () => {
      sized.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [scheme, count, height])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a plot that was made anew is empty
  useEffect(() => {
    plot.current?.batch(() => {
      plot.current?.setData([drawing.times, ...drawing.values] as uPlot.AlignedData, false)
      plot.current?.setScale("x", { min: span.from / 1_000, max: Math.max(span.to, span.from + 1) / 1_000 })
    })
  }, [drawing, span.from, span.to, scheme, count, height])

  return (
    <div className="feeds-chart">
      <div ref={box} className="feeds-plot" aria-hidden="true" />
      <p ref={told} className="feeds-cursor note number" aria-hidden="true" />
    </div>
  )
}

function optionsOf(
  element: HTMLElement,
  count: number,
  height: number,
  tell: (plot: uPlot) => void,
): uPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const axis = {
    stroke: colour("--soft"),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour("--edge"), width: 1 },
    ticks: { stroke: colour("--edge"), width: 1, size: 4 },
  }
  return {
    width: element.clientWidth || 300,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: { x: { time: true, auto: false }, y: { range: (_plot, min, max) => axisRange(min, max) } },
    axes: [
      {
        ...axis,
        space: 76,
        size: 32,
        values: (_plot, splits) => splits.map((seconds, at) => timeText(seconds, splits, at)),
      },
      { ...axis, size: 64, values: (_plot, splits) => splits.map((value) => numberText(value)) },
    ],
    series: [
      {},
      ...Array.from({ length: count }, (_, at) => ({
        stroke: colour(`--series-${(at % COLOURS) + 1}`),
        width: 2,
        ...(at >= COLOURS && { dash: [6, 4] }),
      })),
    ],
    hooks: { setCursor: [tell] },
  }
}

function timeText(seconds: number, splits: readonly number[], at: number): string {
  const step = Math.abs((splits[at + 1] ?? seconds) - (splits[at - 1] ?? seconds))
  const whole = (splits.at(-1) ?? 0) - (splits[0] ?? 0)
  if (whole > DAY_S * 0.7) return DAY.format(seconds * 1_000)
  return (step < 120 && whole < 300 ? CLOCK_SECONDS : CLOCK).format(seconds * 1_000)
}

/** What stands under the cursor, in words: written past React, for a mouse moves often. */
function tell(
  plot: uPlot,
  into: HTMLElement | null,
  { names, valueText }: Pick<ChartProps, "names"> & { valueText: (value: number) => string },
): void {
  const at = plot.cursor.idx
  if (into === null) return
  if (at == null || plot.data[0][at] === undefined) {
    into.textContent = ""
    return
  }
  const values = names.flatMap((name, series) => {
    const value = plot.data[series + 1]?.[at]
    return typeof value === "number" ? [`${clipped(name, 40)} ${valueText(value)}`] : []
  })
  into.textContent = [CLOCK_SECONDS.format(plot.data[0][at]! * 1_000), ...values].join("   ")
}

function useScheme(): boolean {
  const [isDark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches)
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)")
    const changed = () => setDark(query.matches)
    query.addEventListener("change", changed)
    return () => query.removeEventListener("change", changed)
  }, [])
  return isDark
}
