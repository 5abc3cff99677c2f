import { styleText } from "node:util"
import type { Entry } from "../../client/main.ts"
import { printable, printableLine } from "../../protocol/text.ts"
import { clockTime, told } from "../output.ts"
import { displayWidth, wrap } from "../width.ts"

type Style = Parameters<typeof styleText>[0]

const COLOURS = ["cyan", "green", "magenta", "yellow", "blue", "red"] as const
/** Lines of a text stand below each other; after a name that is longer than this they begin on a line of their own. */
const INDENT_MAX = 24
/** Columns of text that even a very narrow terminal gets. */
const TEXT_MIN = 20

export const colours = (): boolean => process.stdout.isTTY && !process.env.NO_COLOR

export function paint(style: Style, text: string): string {
  return colours() ? styleText(style, text, { validateStream: false }) : text
}

/** The lines of an entry on a terminal. */
export function renderEntry(entry: Entry, columns: number, self: string): string[] {
  const time = clockTime(entry.time)
  const who = printableLine(entry.author)
  const line = told(entry)
  if (line !== undefined) return wrap(`-- ${time} ${line} --`, columns).map((part) => paint("dim", part))
  const name = paint(entry.author === self ? "bold" : colourOf(entry.author), `${who}:`)
  const head = `${paint("dim", time)} ${name}`
  const headWidth = displayWidth(`${time} ${who}: `)
  const indent = Math.min(headWidth, INDENT_MAX)
  const body = printable(entry.text)
    .replaceAll("\t", "    ")
    .split("\n")
    .flatMap((line) => wrap(line, Math.max(TEXT_MIN, columns - indent)))
  const below = (line: string) => (line === "" ? "" : " ".repeat(indent) + line)
  if (headWidth > INDENT_MAX) return [head, ...body.map(below)]
  return [`${head} ${body[0]}`, ...body.slice(1).map(below)]
}

function colourOf(author: string): (typeof COLOURS)[number] {
  let sum = 0
  for (const sign of author) sum = (sum * 31 + sign.codePointAt(0)!) % 65_521
  return COLOURS[sum % COLOURS.length]!
}
