/** What `ping` says in words. */

import { list } from "../../client/check/words.ts"
import type { Damage, LineRun, RunCounts, Transport } from "../../client/line/run.ts"
import { type ClockOffset, PERCENTILES, type Summary } from "../../client/line/statistics.ts"
import { count } from "../files/amounts.ts"
import { calendarDay, clockTime } from "../output.ts"
import { spanWords } from "../spans.ts"
import { placeText } from "./line-errors.ts"
import { time } from "./times.ts"

export const TRANSPORTS: Record<Transport, string> = { udp: "UDP", tcp: "TCP", websocket: "WebSocket" }

const number = (value: number): string => value.toLocaleString("en")

/** Who answered over what and when; and what was sent how. */
export function heading(run: LineRun): string[] {
  const { address, port, transport, closed, intervalMs, bytes, startedMs, counts } = run
  const answered = counts.received > 0 ? "answered" : "did not answer"
  const when = `${calendarDay(startedMs)} ${clockTime(startedMs)}`
  const pace = closed ? "each after the reply to the one before" : `one every ${spanWords(intervalMs)}`
  return [
    `${placeText({ host: address, port })} ${answered} over ${TRANSPORTS[transport]}, ${when}.`,
    `${count(counts.sent, "probe")} of ${count(bytes, "byte")}, ${pace}.`,
  ]
}

/** One line for all that did not happen, one each for what did. */
export function countLines({ counts, damages }: LineRun): string[] {
  const { sent, received, lost, lostUp, lostDown, late, damaged, strangers } = counts
  const share = sent > 0 ? ` (${percent(lost / sent)})` : ""
  const told: readonly (readonly [number: number, none: string, some: string])[] = [
    [lost, "lost", `Lost ${number(lost)}${share}${ways(lostUp, lostDown)}.`],
    ...twice("duplicated", counts.duplicatesUp, counts.duplicatesDown),
    ...twice("reordered", counts.reorderedUp, counts.reorderedDown),
    [late, "late", `Late ${number(late)}: the reply came after the time allowed, and counts as received.`],
    [damaged, "damaged", `Damaged ${number(damaged)}${places(damages)}.`],
    [
      strangers,
      "from a stranger",
      `From strangers ${number(strangers)}: what came was no reply to this run.`,
    ],
  ]
  const none = told.filter(([happened]) => happened === 0).map(([, word]) => word)
  const some = told.filter(([happened]) => happened > 0).map(([, , line]) => line)
  return [
    `Sent ${number(sent)}, received ${number(received)}.`,
    ...some,
    ...(none.length > 0 ? [`None was ${list(none, "or")}.`] : []),
    ...unknown(counts),
  ]
}

const twice = (word: string, up: number | undefined, down: number) =>
  [
    [
      (up ?? 0) + down,
      word,
      `${word[0]!.toUpperCase()}${word.slice(1)} ${number((up ?? 0) + down)}${ways(up, down)}.`,
    ],
  ] as const

function ways(up: number | undefined, down: number | undefined): string {
  const parts = [
    ...(up === undefined ? [] : [`${number(up)} on the way to the hub`]),
    ...(down === undefined ? [] : [`${number(down)} on the way back`]),
  ]
  return parts.length > 0 ? `: ${parts.join(", ")}` : ""
}

function unknown({ lostUp, duplicatesUp, reorderedUp }: RunCounts): string[] {
  const known = lostUp !== undefined && duplicatesUp !== undefined && reorderedUp !== undefined
  return known ? [] : ["The hub's own counts did not come: what happened on the way to it is not known."]
}

const PLACES_MAX = 5

/** `: on the way to the hub probe 17 byte 70 bit 3, probe 20 byte 64 bit 0; 4 more places` */
function places(damages: readonly Damage[]): string {
  const shown = damages.slice(0, PLACES_MAX)
  const on = (direction: Damage["direction"], way: string) => {
    const there = shown.filter((damage) => damage.direction === direction)
    const where = there.map(({ seq, byte, bit }) => `probe ${number(seq)} byte ${byte} bit ${bit}`)
    return there.length > 0 ? [`on the way ${way} ${where.join(", ")}`] : []
  }
  const rest = damages.length - shown.length
  const more = rest > 0 ? [count(rest, "more place")] : []
  const parts = [...on("up", "to the hub"), ...on("down", "back"), ...more]
  return parts.length > 0 ? `: ${parts.join("; ")}` : ""
}

/** `2 %`, `0.12 %` */
const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`

/** Why a percentile is missing: `p99 needs 1,000 samples and p99.9 10,000: there are 98.` */
export function missing({ count: samples }: Summary): string[] {
  const needs = PERCENTILES.filter(({ countMin }) => samples < countMin).map(
    ({ name, countMin }, at) => `${name} needs ${number(countMin)}${at === 0 ? " samples" : ""}`,
  )
  if (needs.length === 0) return []
  return [`${list(needs)}; there ${samples === 1 ? "is" : "are"} ${number(samples)}.`]
}

/** The hub's clock against this machine's. */
export function clock({ offsetMs, boundMs }: ClockOffset): string {
  const ahead = offsetMs < 0 ? "behind" : "ahead of"
  return `the hub's is ${time(Math.abs(offsetMs))} ${ahead} this machine's, ± ${time(boundMs)} (RFC 5905 section 8)`
}

/** What the line did that was to carry more. */
export const cutShort = (sent: number, planned: number | undefined): string =>
  `The hub went away after ${planned === undefined ? count(sent, "probe") : `${number(sent)} of ${count(planned, "probe")}`}: the connection was closed.`

/** Nothing came back at all: why that may be, and what to do. */
export function noReply(transport: Transport): string {
  if (transport === "udp")
    return "No reply came over UDP: UDP is blocked on the way or the hub has no UDP door; try --tcp, and `landline check` tells which it is."
  return `The hub took the connection, but no reply came over ${TRANSPORTS[transport]}; \`landline check\` tells more.`
}
