import assert from "node:assert/strict"
import { test } from "node:test"
import type { Directory } from "../core/directory.ts"

/** What every Directory promises. */
export function directoryContract(open: () => Promise<{ directory: Directory } & AsyncDisposable>): void {
  test("a name belongs to the device that claimed it first, in every spelling of its key", async () => {
    await using opened = await open()
    const { directory } = opened
    assert.equal((await directory.claim("Ada", "device 1"))?.name, "Ada")
    assert.equal((await directory.claim("Ada", "device 1"))?.name, "Ada")
    assert.equal(await directory.claim("Ada", "device 2"), undefined)
    assert.equal(await directory.claim("ＡＤＡ", "device 2"), undefined)
    assert.equal((await directory.claim("ada", "device 1"))?.name, "Ada")
    assert.equal((await directory.person("ADA"))?.name, "Ada")
    assert.equal(await directory.person("bob"), undefined)
  })

  test("of many who claim a name at once, one gets it", async () => {
    await using opened = await open()
    const claims = Array.from({ length: 20 }, (_, n) => opened.directory.claim("ada", `device ${n}`))
    assert.equal((await Promise.all(claims)).filter(Boolean).length, 1)
  })

  test("a room is added once, and its line can be set", async () => {
    await using opened = await open()
    const { directory } = opened
    const room = { room: "b", topic: "room/b", line: "", createdBy: "ada", since: 5 } as const
    assert.equal(await directory.addRoom(room), true)
    assert.equal(await directory.addRoom({ ...room, createdBy: "bob" }), false)
    await directory.addRoom({ ...room, room: "a", topic: "room/a" })
    await directory.setTopicLine("b", "what b is for")
    assert.deepEqual(await directory.room("b"), { ...room, line: "what b is for" })
    assert.deepEqual(
      (await directory.rooms()).map(({ room }) => room),
      ["a", "b"],
    )
    assert.equal(await directory.room("none"), undefined)
  })
}
