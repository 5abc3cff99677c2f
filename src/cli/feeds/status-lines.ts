import { printableLine } from "../../protocol/text.ts"
import { table } from "../output.ts"
import { exactSeconds } from "../spans.ts"
import { clip, displayWidth } from "../width.ts"
import { sparkline } from "./sparkline.ts"
import * as words from "./words.ts"

/** How a topic stands that is followed. */
export interface Standing {
  readonly name: string
  /** Messages a second, of late; undefined while it is not known. */
  readonly rate: number | undefined
  readonly messages: number
  /** Of the last block, where it is known. */
  readonly latenessMs: number | undefined
  /** Of the last blocks, oldest first. */
  readonly spansMs: readonly number[]
}

const NAME_MAX = 32
/** Fewer blocks than this are not worth their columns. */
const SPARKS_MIN = 8
const SPARKS_MAX = 60
const ROWS_MAX = 10

/** What stands below the messages: a heading and a line for each topic, none wider than `columns`. */
export function statusLines(standings: readonly Standing[], block: number, columns: number): string[] {
  const shown = standings.slice(0, ROWS_MAX)
  const left = table([["FOLLOWED", "RATE", "MESSAGES", "LATENESS", "LAST BLOCK"], ...shown.map(cells)])
  const leftWidth = Math.max(...left.map(displayWidth))
  const sparks = Math.min(SPARKS_MAX, columns - leftWidth - 2)
  const right = [`BLOCKS OF ${block}`, ...shown.map(({ spansMs }) => sparkline(spansMs, sparks))]
  const lines = left.map((line, row) => {
    if (sparks < SPARKS_MIN) return line
    return `${line}${" ".repeat(leftWidth - displayWidth(line))}  ${right[row]}`
  })
  const more = standings.length - shown.length
  return [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].map((line) => clip(line, columns).trimEnd())
}

function cells({ name, rate, messages, latenessMs, spansMs }: Standing): string[] {
  return [
    clip(printableLine(name), NAME_MAX),
    rate === undefined ? "-" : words.rate(rate),
    messages.toLocaleString("en"),
    latenessMs === undefined ? "-" : words.lateness(latenessMs),
    spansMs.length === 0 ? "-" : exactSeconds(spansMs.at(-1)!),
  ]
}
