import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type Line, linesOf } from "./lines.ts"

const seed = Number(process.env.SEED ?? 1)

async function* inPieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  for (const [index, start] of places.entries()) yield bytes.subarray(start, places[index + 1])
}

async function read(bytes: Uint8Array, cuts: readonly number[] = [], bytesMax = 20): Promise<Line[]> {
  const lines: Line[] = []
  for await (const line of linesOf(inPieces(bytes, cuts), bytesMax)) lines.push(line)
  return lines
}

test(`lines: wherever the input is cut, each line comes once, in order and with its number (SEED=${seed})`, async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 8 }).filter((line) => !/[\r\n]/.test(line))
  const end = fc.constantFrom("\n", "\r\n")
  const cuts = fc.array(fc.nat({ max: 1_000 }), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, end), { maxLength: 12 }), cuts, async (lines, cuts) => {
      const bytes = Buffer.from(lines.map(([line, end]) => line + end).join(""))
      const found = await read(bytes, cuts, 1_000)
      assert.deepEqual(
        found,
        lines.map(([text], index) => ({ number: index + 1, text })),
      )
    }),
    { seed },
  )
})

test("lines: what is too long or no text is told by its number, and the next lines come all the same", async () => {
  const bytes = Buffer.concat([
    Buffer.from(`${"x".repeat(20)}\r\n${"x".repeat(21)}\n${"y".repeat(500)}\n\n`),
    Buffer.from([0xff, 0x41, 10]),
    Buffer.from("the last has no end"),
  ])
  for (const cuts of [[], [22, 44, 60, 100], Array.from(bytes.keys())])
    assert.deepEqual(await read(bytes, cuts), [
      { number: 1, text: "x".repeat(20) },
      { number: 2, text: undefined, refusal: "too_large" },
      { number: 3, text: undefined, refusal: "too_large" },
      { number: 4, text: "" },
      { number: 5, text: undefined, refusal: "no_text" },
      { number: 6, text: "the last has no end" },
    ])
})
