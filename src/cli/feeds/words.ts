/** What `follow` and `publish` say in their own name. */
import type { BlockReport, GapEvent } from "../../client/main.ts"
import { count } from "../files/amounts.ts"
import { exactSeconds } from "../spans.ts"
import type { Followed } from "./followed.ts"

export function gap(name: string, { from, to }: Pick<GapEvent, "from" | "to">): string {
  return from === to
    ? `Message ${from} of ${name} is no longer kept.`
    : `Messages ${from} to ${to} of ${name} are no longer kept.`
}

export const reset = (name: string): string =>
  `${name} was wiped, restored or replaced: what follows is its new log, from its start.`

export const closed = (name: string): string => `${name} is closed: that was all.`

export const refused = (name: string, why: string): string => `${name} has ended: ${why}`

/** `block 3 of temp: 5 messages in 5.012 s, longest gap 1.004 s, 0.002 s late` */
export function block(name: string, report: BlockReport): string {
  const { messages, spanMs, longestGapMs, latenessMs } = report
  return [
    `block ${report.block} of ${name}: ${count(messages, "message")} in ${exactSeconds(spanMs)}`,
    ...(longestGapMs === undefined ? [] : [`longest gap ${exactSeconds(longestGapMs)}`]),
    ...(latenessMs === undefined ? [] : [lateness(latenessMs)]),
  ].join(", ")
}

/** Against the first message: what came faster than that one did is early. */
export const lateness = (ms: number): string =>
  `${exactSeconds(Math.abs(ms))} ${Math.round(ms) < 0 ? "early" : "late"}`

/** A rate over less is chance. */
const RATE_MS_MIN = 1_000

/** `temp: 1,234 messages in 61.0 s, 20.2/s; 246 blocks, mean 0.250 s, longest 1.004 s` */
export function summary({ name, messages, blocks }: Followed, ms: number): string {
  const pace = ms < RATE_MS_MIN ? "" : `, ${rate((messages / ms) * 1000)}`
  const all = `${name}: ${count(messages, "message")} in ${(ms / 1000).toFixed(1)} s${pace}`
  if (blocks.count === 0) return all
  const mean = exactSeconds(blocks.sumMs / blocks.count)
  return `${all}; ${count(blocks.count, "block")}, mean ${mean}, longest ${exactSeconds(blocks.longestMs)}`
}

/** `0.5/s`, `1,234/s` */
export function rate(aSecond: number): string {
  return `${aSecond < 99.95 ? aSecond.toFixed(1) : Math.round(aSecond).toLocaleString("en")}/s`
}

export const drops = (number: number): string =>
  number === 1 ? "The line dropped once." : `The line dropped ${number.toLocaleString("en")} times.`
