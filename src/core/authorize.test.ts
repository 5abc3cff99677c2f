import assert from "node:assert/strict"
import { test } from "node:test"
import type { Author } from "./author.ts"
import { type Action, Rules } from "./authorize.ts"

const ada: Author = { name: "ada", role: "member" }
const guest: Author = { name: "~ada", role: "guest" }

function refusal(rules: Rules, who: Author, action: Action, topic?: `room/${string}` | `feed/${string}`) {
  try {
    rules.authorize(who, action, topic)
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

test("rules: guests read and write in all rooms and feeds, and make no room", () => {
  const rules = new Rules()
  for (const topic of ["room/lobby", "room/lab", "feed/temp"] as const)
    for (const action of ["read", "write"] as const)
      assert.equal(refusal(rules, guest, action, topic), undefined)
  assert.match(refusal(rules, guest, "create_room")!, /^Guests may read and write\. To do that, sign in from/)
  assert.match(refusal(rules, guest, "set_topic_line", "room/lab")!, /^Guests may read and write\./)
  assert.equal(refusal(rules, ada, "create_room"), undefined)
  assert.equal(rules.onlyRoom(guest), undefined)
})

test("rules: where guests have one room, they enter no other; feeds and members stay as they were", () => {
  const rules = new Rules("lab")
  for (const action of ["read", "write"] as const) {
    assert.equal(refusal(rules, guest, action, "room/lab"), undefined)
    assert.equal(refusal(rules, guest, action, "feed/temp"), undefined)
    assert.equal(refusal(rules, guest, action), undefined)
    assert.equal(refusal(rules, ada, action, "room/lobby"), undefined)
    for (const topic of ["room/lobby", "room/lab2", "room/la"] as const)
      assert.equal(
        refusal(rules, guest, action, topic),
        "Guests of this hub talk in the room lab only. To enter another, sign in from a device: " +
          "`landline chat` does so by itself, and the browser too.",
      )
  }
  assert.equal(rules.onlyRoom(guest), "lab")
  assert.equal(rules.onlyRoom(ada), undefined)
})
