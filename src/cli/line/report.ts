import type { LineRun } from "../../client/line/run.ts"
import {
  clockOffset,
  hubTimes,
  jitter,
  PERCENTILES,
  responseTimes,
  roundTrips,
  type Summary,
  sendDelays,
  standstill,
  summarize,
  touched,
} from "../../client/line/statistics.ts"
import { paint } from "../chat/render.ts"
import { count } from "../files/amounts.ts"
import { wrap } from "../width.ts"
import { histogramLines } from "./histogram-lines.ts"
import { time } from "./times.ts"
import * as words from "./words.ts"

const COLUMNS = [
  { name: "min", key: "minMs" },
  { name: "mean", key: "meanMs" },
  ...PERCENTILES,
  { name: "max", key: "maxMs" },
  { name: "sd", key: "deviationMs" },
] as const satisfies readonly { name: string; key: keyof Summary }[]

/** A finished run as text, in lines of at most `columns`. */
export function reportLines(run: LineRun, columns: number): string[] {
  const trips = summarize(roundTrips(run))
  const head = [...words.heading(run), "", ...words.countLines(run)].flatMap((line) => wrap(line, columns))
  if (!trips) return head
  const responses = run.closed ? undefined : summarize(responseTimes(run))
  const rows: [label: string, summary: Summary][] = [
    ...(responses ? ([["response time (from the plan)", responses]] as [string, Summary][]) : []),
    ["user-space RTT (from the sending)", trips],
  ]
  const shown = run.closed ? roundTrips(run) : responseTimes(run)
  const title = `${run.closed ? "User-space RTT" : "Response time"} of ${count(trips.count, "sample")}:`
  return [
    ...head,
    "",
    ...tableLines(rows, columns),
    ...words.missing(trips).flatMap((line) => wrap(line, columns)),
    "",
    ...factLines(facts(run), columns),
    "",
    title,
    ...histogramLines(shown, columns),
  ]
}

/** Labels stand before the numbers, or, where there is no room, above them. */
function tableLines(rows: readonly (readonly [string, Summary])[], columns: number): string[] {
  const cells = rows.map(([, summary]) =>
    COLUMNS.map(({ key }) => (summary[key] === undefined ? "-" : time(summary[key]))),
  )
  const names = COLUMNS.map(({ name }) => name)
  const widths = names.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at]!.length)))
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padStart(widths[at]!)).join("  ")
  const labelWidth = Math.max(...rows.map(([label]) => label.length))
  const isWide = labelWidth + 2 + line(names).length <= columns
  const indent = " ".repeat(isWide ? labelWidth + 2 : 2)
  return [
    paint("dim", indent + line(names)),
    ...rows.flatMap(([label], at) =>
      isWide ? [`${label.padEnd(labelWidth)}  ${line(cells[at]!)}`] : [label, indent + line(cells[at]!)],
    ),
  ]
}

type Fact = readonly [label: string, text: string]

function facts(run: LineRun): Fact[] {
  const { ipdvMs, rfc3550Ms } = jitter(roundTrips(run))
  const hub = summarize(hubTimes(run))
  const offset = clockOffset(run)
  const delays = run.closed ? undefined : summarize(sendDelays(run))
  const { loopDelay, collections } = run.own
  const marked = touched(run)
  const late = (meanMs: number, maxMs: number) => `mean ${time(meanMs)}, at most ${time(maxMs)}`
  return [
    ...(ipdvMs === undefined || rfc3550Ms === undefined
      ? []
      : ([
          ["jitter", `mean |IPDV| ${time(ipdvMs)} (RFC 3393); ${time(rfc3550Ms)} by RFC 3550 section 6.4.1`],
        ] as const)),
    ...(hub ? ([["in the hub", `${late(hub.meanMs, hub.maxMs)}, from receiving to sending`]] as const) : []),
    ...(offset ? ([["clock", words.clock(offset)]] as const) : []),
    ...(run.closed ? ([["stood still", `at most ${time(standstill(run))} without any reply`]] as const) : []),
    ...(delays
      ? ([["sent late", `${late(delays.meanMs, delays.maxMs)}, by this program's timer`]] as const)
      : []),
    ["event loop", `held up ${late(loopDelay.meanMs, loopDelay.maxMs)}, in this program`],
    [
      "collections",
      collections.count === 0
        ? "none of memory in this program"
        : `${collections.count.toLocaleString("en")} of memory in this program, ${time(collections.totalMs)} in all, at most ${time(collections.maxMs)}`,
    ],
    [
      "touched",
      marked.any === 0
        ? "no sample by this program's own delays"
        : `${count(marked.any, "sample")} by this program's own delays (timer ${marked.timer}, event loop ${marked.loop}, collections ${marked.collection}); none was left out`,
    ],
  ]
}

function factLines(all: readonly Fact[], columns: number): string[] {
  const width = Math.max(...all.map(([label]) => label.length)) + 2
  return all.flatMap(([label, text]) =>
    wrap(text, Math.max(20, columns - width)).map((line, at) => (at === 0 ? label : "").padEnd(width) + line),
  )
}
