import assert from "node:assert/strict"
import { test } from "node:test"
import { startGateway } from "../../../test/support/http-gateway.ts"
import type { TopicLog } from "../../core/topic-log.ts"
import { limits } from "../../protocol/limits.ts"
import { roomTopic } from "../../protocol/names.ts"
import { openMemoryLog } from "../../storage/memory/topic-log.ts"

const LOBBY = roomTopic("lobby")
const LARGE = limits.pageBytesMax / 4 // so that a page holds four
const large = (text: string) =>
  ({ author: "~a", kind: "text", body: Buffer.from(text.padEnd(LARGE)) }) as const
const JSONL = { headers: { accept: "application/x-ndjson" } }

/** A log in which something happens after a room's first page was read. */
function logThat(happens: (log: TopicLog) => Promise<unknown>): TopicLog {
  const log = openMemoryLog()
  let pages = 0
  return {
    ...log,
    async read(...wish) {
      const page = await log.read(...wish)
      if (pages++ === 0) await happens(log)
      return page
    },
  }
}

async function readLobby(log: TopicLog, entries: number) {
  await using gateway = await startGateway({}, log)
  for (let n = 1; n <= entries; n++) await gateway.topics.append(LOBBY, [large(`${n}`)])
  const response = await fetch(`${gateway.address}/rooms/lobby?last=100`, JSONL)
  const lines = (await response.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  return { lines, cursor: response.headers.get("landline-cursor") }
}

test("http: entries that go while a room is read are told, and none comes from beyond Landline-Cursor", async () => {
  const log = logThat(async (log) => {
    await log.append(LOBBY, [large("9")])
    await log.trim(LOBBY, { entriesMax: 2 })
  })
  const { lines, cursor } = await readLobby(log, 8)
  assert.deepEqual(
    lines.map(({ offset, gap }) => gap ?? offset),
    [1, 2, 3, 4, { from: 5, to: 7 }, 8],
  )
  assert.equal(lines.at(-1).cursor, cursor)
})

test("http: a room that is emptied while it is read ends with what is gone", async () => {
  const log = logThat(async (log) => {
    await log.append(LOBBY, [large("9"), large("10")])
    await log.trim(LOBBY, { entriesMax: 1 })
  })
  const { lines } = await readLobby(log, 8)
  assert.deepEqual(
    lines.map(({ offset, gap }) => gap ?? offset),
    [1, 2, 3, 4, { from: 5, to: 8 }],
  )
})

test("http: HEAD is answered like GET, without a body, and opens no stream", async () => {
  await using gateway = await startGateway()
  const { chat, topics, address } = gateway
  await topics.append(LOBBY, [large("1")])
  let reads = 0
  const read = chat.read.bind(chat)
  chat.read = (...wish) => {
    reads++
    return read(...wish)
  }
  for (const accept of ["text/plain", "application/x-ndjson", "text/event-stream"]) {
    const response = await fetch(`${address}/rooms/lobby`, {
      method: "HEAD",
      headers: { accept },
      signal: AbortSignal.timeout(10_000),
    })
    assert.equal(response.status, 200)
    assert.match(response.headers.get("content-type")!, new RegExp(`^${accept}`))
    assert.equal(await response.text(), "")
  }
  assert.deepEqual([reads, (await topics.followers()).all], [0, 0])
})
