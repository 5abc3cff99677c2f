import assert from "node:assert/strict"
import { readFileSync } from "node:fs"

/** One command of a console block in docs/lab.md, with what it prints. */
export interface Shown {
  /** Without `npx landline`: `["lab", "ping", "serve"]`. */
  readonly words: readonly string[]
  readonly output: string
}

const document = readFileSync(new URL("../../docs/lab.md", import.meta.url), "utf8")

/** What stands under a heading, up to the next one of its rank. @param heading `### Two terminals` */
export function section(heading: string, text = document): string {
  const rank = /^#+/.exec(heading)![0]
  const at = `\n${text}`.indexOf(`\n${heading}\n`)
  assert.notEqual(at, -1, `docs/lab.md has no "${heading}"`)
  const rest = text.slice(at + heading.length)
  const end = rest.search(new RegExp(`\n#{1,${rank.length}} `))
  return end === -1 ? rest : rest.slice(0, end)
}

/** The contents of the blocks of code. @param kind `python`; left out: those of no language */
export const blocks = (text: string, kind = ""): string[] =>
  [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, of, code]) => (of === kind ? [code!] : []))

/** The commands that are shown with what they print, in order. */
export const shownIn = (text: string): Shown[] =>
  blocks(text).flatMap((block) =>
    [...`\n${block}`.matchAll(/\n\$ npx landline (.*)\n([\s\S]*?)(?=\n\$ |$(?![\s\S]))/g)].map(
      ([, words, output]) => ({
        words: [...words!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!),
        output: output!.trimEnd(),
      }),
    ),
  )

/** What varies from run to run, and what stands for it. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\('127\.0\.0\.1', \d+\)/g, "('127.0.0.1', PORT)"],
  [/\b(127\.0\.0\.1|localhost):\d+/g, "$1:PORT"],
  [/\bfrom port \d+/g, "from port PORT"],
  [/\b\d\d:\d\d:\d\d\.(?:\d{6}|\d{3})\b/g, "TIME"],
  [/\b\d+\.\d{4}s\b/g, "SECONDS"],
  [/\b\d+\.\d{3} s\b/g, "SECONDS"],
  [/\bafter \d+ of 13 bytes/g, "after N of 13 bytes"], // what of a greeting was sent before the server closed
  [/^sent \d+ bytes?:\n +0 .*$/gm, "sent N bytes"],
  [/Server Number: \d+ \| Sum: \d+/g, "Server Number: N | Sum: N"],
  [/\['(?:[^'\\]|\\.)*'(?:, '(?:[^'\\]|\\.)*'){2}\]/g, "USER"],
]

/** A text as it is in every run. */
export function steady(text: string): string {
  const plain = text.trimEnd().replaceAll(/[ \t]+$/gm, "")
  return VARYING.reduce((all, [what, word]) => all.replaceAll(what, word), plain)
}

/** What came is what the document shows, but for what varies; a line `...` stands for any lines. */
export function assertShown(came: string, shown: string): void {
  const [left, right] = [steady(came), steady(shown)]
  const parts = right.split("\n...\n").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
  if (parts.length > 1 && new RegExp(`^${parts.join("\n[\\s\\S]*\n")}$`).test(left)) return
  assert.equal(left, right)
}
