import assert from "node:assert/strict"
import { test } from "node:test"
import { Presence } from "../../core/presence.ts"
import { Topics } from "../../core/topics.ts"
import { limits } from "../../protocol/limits.ts"
import { openMemoryDirectory } from "../../storage/memory/directory.ts"
import { openMemoryIndex } from "../../storage/memory/topic-index.ts"
import { openMemoryLog } from "../../storage/memory/topic-log.ts"
import { rejects } from "../../storage/topic-log-contract.ts"
import { Chat } from "./chat.ts"

const ADA = { name: "Ada", role: "member" } as const

async function lobbyWith(texts: readonly string[]): Promise<Chat> {
  const log = openMemoryLog()
  const directory = openMemoryDirectory()
  const topics = new Topics(log)
  const chat = new Chat({ topics, log, directory, index: openMemoryIndex(log), presence: new Presence() })
  await chat.begin()
  for (const text of texts) await chat.say(ADA, "lobby", text)
  return chat
}

const offsets = (entries: readonly { offset: number }[]) => entries.map(({ offset }) => offset)
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
const large = Array.from({ length: 30 }, () => `word ${"x".repeat(60_000)}`)

/** Pages back to the first entry; each must be there, and within the bytes of an answer. */
async function allPages(page: (before?: number) => Promise<{ offset: number; body: Uint8Array }[]>) {
  const found: number[] = []
  for (let before: number | undefined; before !== 1; ) {
    const entries = await page(before)
    const bytes = entries.reduce((sum, { body }) => sum + body.length, 0)
    assert.ok(bytes > 0 && bytes <= limits.pageBytesMax, `${bytes} bytes before ${before}`)
    found.push(...offsets(entries).sort((a, b) => b - a))
    before = found.at(-1)
  }
  return found.reverse()
}

test("chat: history gives as many entries as are asked for, the newest before a place, oldest first", async () => {
  const chat = await lobbyWith(numbers(1, 600).map(String))
  assert.deepEqual(offsets(await chat.history(ADA, "lobby", 500)), numbers(101, 600))
  assert.deepEqual(offsets(await chat.history(ADA, "lobby", 3, 11)), [8, 9, 10])
  assert.deepEqual(offsets(await chat.history(ADA, "lobby", 50, 3)), [1, 2])
  assert.deepEqual(await chat.history(ADA, "lobby", 50, 1), [])
})

test("chat: pages of large entries are smaller, and leave nothing out", async () => {
  const chat = await lobbyWith(large)
  assert.deepEqual(await allPages((before) => chat.history(ADA, "lobby", 500, before)), numbers(1, 30))
  assert.deepEqual(await allPages((before) => chat.search(ADA, "lobby", "word", 200, before)), numbers(1, 30))
})

test("chat: a room whose topic is lost hides no other, and the lobby gets its topic back", async () => {
  const log = openMemoryLog()
  const directory = openMemoryDirectory()
  const index = openMemoryIndex(log)
  const begin = async () => {
    const chat = new Chat({ topics: new Topics(log), log, directory, index, presence: new Presence() })
    await chat.begin()
    return chat
  }
  const names = async (chat: Chat) => (await chat.rooms(ADA)).map(({ room }) => room)
  const before = await begin()
  await before.createRoom(ADA, "kept")
  await before.createRoom(ADA, "lost")
  for (const topic of ["room/lost", "room/lobby"] as const) await log.remove(topic)
  const after = await begin()
  assert.deepEqual(await names(after), ["kept", "lobby"])
  await after.say(ADA, "lobby", "here again")
  await rejects(after.say(ADA, "lost", "x"), "unknown_room")
})
