import type { Mismatch, SumRun } from "../../client/line/sum-run.ts"
import { printableLine } from "../../protocol/text.ts"
import { amount, count } from "../files/amounts.ts"
import { table } from "../output.ts"
import type { Traffic } from "./exchanging.ts"

/** The rule of three says nothing about fewer. */
const ENOUGH = 30
const MISMATCHES_SHOWN = 20

const whole = (number: number): string => number.toLocaleString("en")

/** One exchange: `ada 25 + Landline 10 = 35`. */
export function singleLines(run: SumRun, name: string): string[] {
  const { number, answer, sum } = run.last!
  const line = `${printableLine(name)} ${number} + ${printableLine(run.hub!)} ${answer} = ${sum}`
  return [line, ...damageLines(run), transcriptLine(run)]
}

/** Many exchanges. @param traffic undefined where the run broke off */
export function manyLines(run: SumRun, pipelined: boolean, traffic: Traffic | undefined): string[] {
  const exchanges = `${count(run.done, "exchange")} with ${printableLine(run.hub!)}`
  if (!traffic) return [`${exchanges} until then.`, ...damageLines(run)]
  const { ms, bytesUp, bytesDown } = traffic
  const how = pipelined ? "pipelined" : "one after the other"
  return [
    `${exchanges} in ${(ms / 1000).toFixed(1)} s, ${how}: ${whole(rateOf(run, traffic))} a second`,
    `${amount(bytesUp)} up, ${amount(bytesDown)} down`,
    ...damageLines(run),
    ...boundLines(run),
    transcriptLine(run),
  ]
}

/** How far it is. @param ms since the beginning */
export function progressWords({ done, count: all, mismatchCount }: SumRun, ms: number): string {
  const rate = `${whole(Math.round((done / ms) * 1000))} a second`
  const found = mismatchCount > 0 ? `  ${whole(mismatchCount)} damaged` : ""
  return `${whole(done)} of ${count(all, "exchange")}  ${rate}${found}`
}

/** Exchanges a second. */
export const rateOf = ({ done }: SumRun, { ms }: Traffic): number => Math.round((done / ms) * 1000)

/**
 * The rate of errors that no error in so many exchanges rules out, with 95 % confidence: the rule of three (Hanley and
 * Lippman-Hand, JAMA 249, 1983). Undefined where there was one, or too few exchanges.
 */
export function errorRateBound({ done, mismatchCount }: SumRun): number | undefined {
  return mismatchCount === 0 && done >= ENOUGH ? Number((3 / done).toPrecision(2)) : undefined
}

function boundLines(run: SumRun): string[] {
  const bound = errorRateBound(run)
  if (bound === undefined) return []
  const said = `the error rate is below 3/${run.done} = ${bound} with 95 % confidence`
  return [`No error in ${count(run.done, "exchange")}: ${said}.`]
}

function damageLines({ damaged, done, mismatches, mismatchCount }: SumRun): string[] {
  if (mismatchCount === 0) return []
  const shown = mismatches.slice(0, MISMATCHES_SHOWN)
  const more = mismatchCount - shown.length
  return [
    `${whole(damaged)} of ${count(done, "exchange")} came damaged, at ${count(mismatchCount, "place")}:`,
    ...table([["exchange", "way", "what", "byte", "bit"], ...shown.map(row)]),
    ...(more > 0 ? [`and ${whole(more)} more`] : []),
  ]
}

const row = ({ seq, direction, part, byte, bit }: Mismatch): string[] => [
  String(seq),
  direction,
  part,
  byte === undefined ? "" : String(byte),
  bit === undefined ? "" : String(bit),
]

function transcriptLine({ transcript, hubTranscript }: SumRun): string {
  if (hubTranscript === undefined) return `The hub's transcript is not known; here it is ${transcript}.`
  if (transcript === hubTranscript) return `Both ends hold the same transcript: ${transcript}`
  return `The transcripts differ: ${transcript} here, ${printableLine(hubTranscript)} at the hub.`
}
