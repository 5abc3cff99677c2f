import { styleText } from "node:util"
import type { State } from "../../client/check/row.ts"
import type { Verdict } from "../../client/check/verdict.ts"
import { list } from "../../client/check/words.ts"
import { printableLine } from "../../protocol/text.ts"
import { displayWidth, wrap } from "../width.ts"
import type { Row } from "./row.ts"
import { steps } from "./steps.ts"

/** How rows are set: `columns` undefined for a file or a pipe, where lines are not broken. */
export interface Look {
  readonly columns: number | undefined
  readonly colours: boolean
}

const STYLES = { pass: "green", warn: "yellow", fail: "red", skipped: "dim", unknown: "dim" } as const
const STATE_WIDTH = Math.max(...Object.keys(STYLES).map((state) => state.length))
const TITLE_WIDTH = Math.max(...Object.values(steps).map(({ title }) => title.length))
/** Of more, naming each says nothing. */
const EVIDENCE_MAX = 6
/** Longer lines are hard to read. */
const COLUMNS_MAX = 120
/** With less beside it, the text stands below its head. */
const TEXT_MIN = 28
const INDENT = 2
/** Is not broken apart. */
const NUMBER_AND_UNIT = /(\d) (ms|s|%|bytes|[kMG]B)(?!\w)/g

/** A row as lines: state, title, sentence; the sentence's further lines below its first. */
export function renderRow({ step, state, say }: Row, look: Look): string[] {
  return hung(
    `${paint(state, state.padEnd(STATE_WIDTH), look)}  ${steps[step].title.padEnd(TITLE_WIDTH)}  `,
    say,
    look,
  )
}

const HEAD_WIDTH = STATE_WIDTH + TITLE_WIDTH + 4

/** The verdict, what it rests on, what to do, how sure it is. */
export function renderVerdict(verdict: Verdict, look: Look): string[] {
  const { fault, say, evidence, next, sure, because } = verdict
  const shown = fault ? "fail" : "pass"
  const titles =
    evidence.length > EVIDENCE_MAX ? "all of the above" : list(evidence.map((step) => steps[step].title))
  const part = (name: string, text: string) =>
    hung(`${name.padEnd(HEAD_WIDTH - 2)}  `, printableLine(text), look)
  return [
    ...hung(
      `${paint(shown, (fault ? "FAULT FOUND" : "NO FAULT FOUND").padEnd(HEAD_WIDTH - 2), look)}  `,
      printableLine(say),
      look,
    ),
    ...part("what shows it", titles),
    ...part("what to do", next),
    ...part("how sure it is", `${sure}: ${because}`),
  ]
}

/** Text after a head of `HEAD_WIDTH` columns, broken to the right of it; on a narrow terminal, below it. */
function hung(head: string, text: string, { columns }: Look): string[] {
  if (columns === undefined) return [head + text]
  const width = Math.min(columns - 1, COLUMNS_MAX)
  const isNarrow = width - HEAD_WIDTH < TEXT_MIN
  const indent = isNarrow ? INDENT : HEAD_WIDTH
  const whole = wrap(text.replace(NUMBER_AND_UNIT, "$1\u00a0$2"), Math.max(1, width - indent))
  const lines = whole.map((line) => " ".repeat(indent) + line.replaceAll("\u00a0", " "))
  if (isNarrow) return [head.trimEnd(), ...lines]
  return [head + (lines[0] ?? "").slice(indent), ...lines.slice(1)]
}

function paint(state: State, text: string, { colours }: Look): string {
  return colours ? styleText(STYLES[state], text, { validateStream: false }) : text
}

const BAR = 20

/** One line of what is being done, no wider than `columns`: `measuring how fast data comes  ███░░  45 %`. */
export function renderProgress(text: string, share: number, columns: number): string {
  if (share <= 0) return text.slice(0, columns)
  const full = Math.round(Math.min(1, share) * BAR)
  const bar = `${"█".repeat(full)}${"░".repeat(BAR - full)}`
  const percent = `${Math.round(Math.min(1, share) * 100)} %`
  const line = `${text}  ${bar}  ${percent.padStart(5)}`
  return displayWidth(line) <= columns ? line : `${text}  ${percent}`.slice(0, columns)
}
