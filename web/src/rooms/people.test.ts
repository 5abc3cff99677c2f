import assert from "node:assert/strict"
import { test } from "node:test"
import { afterPresence } from "./people.ts"

test("people: who comes and goes, sorted", () => {
  assert.deepEqual(afterPresence(["Ada", "Bob"], { joined: ["Al"], left: ["Bob"], present: 2 }), [
    "Ada",
    "Al",
  ])
})

test("people: asked anew where the hub told a number, or knows others", () => {
  assert.equal(afterPresence(["Ada"], { present: 80 }), undefined)
  assert.equal(afterPresence(["Ada"], { joined: ["Bob"], present: 3 }), undefined)
})
