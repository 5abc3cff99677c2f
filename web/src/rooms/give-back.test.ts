import assert from "node:assert/strict"
import { test } from "node:test"
import { type Box, givenBack } from "./give-back.ts"

const after = (box: Box, ...said: string[]) => said.reduce(givenBack, box).text

test("give back: messages stand before what was typed since, in the order in which they were said", () => {
  const typed = { text: "typed since", characters: 0 }
  assert.equal(after(typed, "first", "second\nline", "third"), "first\nsecond\nline\nthird\ntyped since")
  assert.equal(after({ text: "", characters: 0 }, "first", "second"), "first\nsecond")
})
