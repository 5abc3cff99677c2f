import { styleText } from "node:util"
import { printableLine } from "../../protocol/text.ts"
import { hang } from "../width.ts"
import { hexLines } from "./hex.ts"

/** A case that was tried, as it is shown. */
export interface TriedCase {
  readonly name: string
  readonly demand: "basic" | "robust"
  readonly verdict: "pass" | "fail" | "not applicable"
  readonly does: string
  readonly expects: string
  /** Why it is not applicable. */
  readonly why?: string
  /** Of a failure: what came, in a sentence, and the usual cause. */
  readonly what?: string
  readonly cause?: string
  readonly sent?: Uint8Array
  readonly got?: Uint8Array
  readonly expected?: Uint8Array
  readonly byte?: number
}

/** How it is set: `columns` undefined for a file or a pipe, where sentences are not broken. */
export interface Look {
  readonly columns: number | undefined
  readonly colours: boolean
}

/** The verdicts, as they are shown. */
export const WORDS = { pass: "pass", fail: "FAIL", "not applicable": "n/a" } as const
const STYLES = { pass: "green", fail: "red", "not applicable": "dim" } as const
const DEMAND_WIDTH = "robust".length
const VERDICT_WIDTH = "verdict".length
const SHOWN_SIGNS_MAX = 60 // of a text in a sentence
const HEAD_WIDTH = 13

/** The table's head. @param names of all cases, for the widths */
export const tableHead = (names: readonly string[]): string =>
  `${"case".padEnd(nameWidth(names))}  ${"demand".padEnd(DEMAND_WIDTH)}  verdict`

/** A case as a row, with why it is not applicable beside it. */
export function tableRow(tried: TriedCase, names: readonly string[], look: Look): string[] {
  const { name, demand, verdict, why = "" } = tried
  const before = `${name.padEnd(nameWidth(names))}  ${demand.padEnd(DEMAND_WIDTH)}  `
  const word = WORDS[verdict].padEnd(why === "" ? 0 : VERDICT_WIDTH + 2)
  return hung(before + paint(verdict, word, look), before.length + VERDICT_WIDTH + 2, why, look)
}

const nameWidth = (names: readonly string[]) => Math.max(...names.map((name) => name.length))

/** What was done, expected and came, where it went wrong, and the usual cause. */
export function failureLines(tried: TriedCase, look: Look): string[] {
  const { name, demand, does, expects, what = "", cause = "", sent, got, byte } = tried
  const part = (head: string, text: string) =>
    hung(head.padEnd(HEAD_WIDTH), HEAD_WIDTH, printableLine(text), look)
  const bytes = (head: string, all: Uint8Array | undefined, mark?: number) =>
    all === undefined ? [] : [`${head} ${count(all.length)}`, ...(all.length > 0 ? hexLines(all, mark) : [])]
  return [
    `${paint("fail", "FAIL", look)} ${name} (${demand})`,
    ...part("done", does),
    ...part("expected", expects),
    ...part("came", what),
    ...part("", difference(tried)),
    ...part("usual cause", cause),
    ...bytes("sent", sent),
    ...bytes("got", got, byte),
  ].filter((line) => line !== "")
}

const count = (bytes: number) =>
  bytes === 0 ? "nothing" : `${bytes.toLocaleString("en")} ${bytes === 1 ? "byte" : "bytes"}:`

/** `byte 4: expected the end, got "PONG"` */
function difference({ expected, got, byte }: TriedCase): string {
  if (expected === undefined || got === undefined || byte === undefined) return ""
  return `byte ${byte}: expected ${shown(expected, byte)}, got ${shown(got, byte)}`
}

function shown(all: Uint8Array, from: number): string {
  const bytes = all.subarray(from)
  if (bytes.length === 0) return from === 0 ? "nothing" : "nothing more"
  const text = new TextDecoder().decode(bytes.subarray(0, SHOWN_SIGNS_MAX))
  return `"${printableLine(text)}"${bytes.length > SHOWN_SIGNS_MAX ? "..." : ""}`
}

/** The verdict as lines. */
export const verdictLines = (tried: readonly TriedCase[], look: Look): string[] =>
  hung("", 0, verdictText(tried), look)

/** `11 of 12 passed; 1 failed, which the document itself demands.` */
export function verdictText(tried: readonly TriedCase[]): string {
  const failed = tried.filter(({ verdict }) => verdict === "fail")
  const applicable = tried.filter(({ verdict }) => verdict !== "not applicable")
  const basic = failed.filter(({ demand }) => demand === "basic").length
  const left = tried.length - applicable.length
  const rest = left === 0 ? "" : ` ${left} of the cases ${left === 1 ? "was" : "were"} not applicable.`
  if (failed.length === 0)
    return `${applicable.length === 0 ? "Nothing was tried" : `All ${applicable.length} passed`}.${rest}`
  return `${applicable.length - failed.length} of ${applicable.length} passed; ${failed.length} failed, ${which(failed.length, basic)}.${rest}`
}

function which(failed: number, basic: number): string {
  if (basic === 0) return `${failed === 1 ? "which goes" : "which go"} beyond the document`
  if (basic === failed) return "which the document itself demands"
  return `${basic} of which the document itself demands`
}

const hung = (head: string, indent: number, text: string, { columns }: Look): string[] =>
  hang(head, indent, text, columns ?? Number.POSITIVE_INFINITY)

function paint(verdict: TriedCase["verdict"], text: string, { colours }: Look): string {
  return colours ? styleText(STYLES[verdict], text, { validateStream: false }) : text
}
