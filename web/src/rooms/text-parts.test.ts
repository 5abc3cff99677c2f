import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { folded, type TextPart, textParts } from "./text-parts.ts"

const seed = Number(process.env.SEED ?? 1)

const short = (part: TextPart) =>
  part.kind === "link" ? ["link", part.text, part.href] : [part.kind, part.text]

const cases: Record<string, readonly (readonly string[])[]> = {
  "plain <b>text</b>": [["text", "plain <b>text</b>"]],
  "see http://hub.lan:7300/x.": [
    ["text", "see "],
    ["link", "http://hub.lan:7300/x", "http://hub.lan:7300/x"],
    ["text", "."],
  ],
  "(https://a.lan/b_(c))": [
    ["text", "("],
    ["link", "https://a.lan/b_(c)", "https://a.lan/b_(c)"],
    ["text", ")"],
  ],
  "javascript:alert(1) ftp://a.lan data:text/html,x": [
    ["text", "javascript:alert(1) ftp://a.lan data:text/html,x"],
  ],
  "http://good.lan@evil.lan/": [["text", "http://good.lan@evil.lan/"]],
  "https://": [["text", "https://"]],
  "run `npm ci` first": [
    ["text", "run "],
    ["code", "npm ci"],
    ["text", " first"],
  ],
  "`http://not.a/link`": [["code", "http://not.a/link"]],
  "an odd ` alone": [["text", "an odd ` alone"]],
  "before\n```sh\nls `x` http://a.lan\n```\nafter": [
    ["text", "before"],
    ["block", "ls `x` http://a.lan"],
    ["text", "after"],
  ],
  "```\nnever closed": [["text", "```\nnever closed"]],
}
for (const [text, parts] of Object.entries(cases))
  test(`text parts: ${JSON.stringify(text)}`, () => assert.deepEqual(textParts(text).map(short), parts))

test(`text parts: of a text without a fence nothing is lost, and every link is http (SEED=${seed})`, () => {
  const words = fc.constantFrom(
    "http://",
    "https://a.lan/",
    "a",
    ")",
    "(",
    ".",
    " ",
    "`",
    "\n",
    "<",
    "@",
    "😀",
    "\u202e",
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("")
      fc.pre(!text.includes("```"))
      const parts = textParts(text)
      assert.equal(parts.map(({ kind, text }) => (kind === "code" ? `\`${text}\`` : text)).join(""), text)
      for (const part of parts) if (part.kind === "link") assert.match(part.href, /^https?:\/\//)
    }),
    { seed, numRuns: 1_000 },
  )
})

test("text parts: a text of 100,000 characters of any sign takes no time to speak of", () => {
  for (const sign of ["(", ")", "http://", "`", "http://a)", "```\n", "\n", "http://a.lan/(("])
    assert.ok(textParts(sign.repeat(Math.ceil(100_000 / sign.length))).length > 0)
})

test("folded: a long text is cut at a line or a whole sign, a short one not at all", () => {
  assert.equal(folded("short\ntext"), undefined)
  assert.equal(folded("line\n".repeat(100))?.split("\n").length, 20)
  const cut = folded("😀".repeat(50_000))!
  assert.equal(cut.length % 2, 0)
  assert.ok(cut.length < 2_000)
})
