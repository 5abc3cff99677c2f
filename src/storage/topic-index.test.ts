import assert from "node:assert/strict"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, test } from "node:test"
import { tempDir } from "../../test/support/temp.ts"
import { openMemoryIndex } from "./memory/topic-index.ts"
import { openMemoryLog } from "./memory/topic-log.ts"
import { openSqliteIndex } from "./sqlite/topic-index.ts"
import { SqliteTopicLog } from "./sqlite/topic-log.ts"
import { topicIndexContract } from "./topic-index-contract.ts"
import { draft } from "./topic-log-contract.ts"

describe("Index contract: memory", () =>
  topicIndexContract(async () => {
    const log = openMemoryLog()
    return { log, index: openMemoryIndex(log), [Symbol.asyncDispose]: () => log.close() }
  }))

async function openSqlite(folder: string) {
  const log = await SqliteTopicLog.open(folder)
  const index = openSqliteIndex(folder, log)
  const close = async () => {
    await index.close()
    await log.close()
  }
  return { log, index, [Symbol.asyncDispose]: close }
}

describe("Index contract: sqlite", () =>
  topicIndexContract(async () => {
    const folder = await tempDir()
    const opened = await openSqlite(folder.path)
    return {
      ...opened,
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]()
        await folder[Symbol.asyncDispose]()
      },
    }
  }))

test("sqlite index: a lost or damaged index is made again from the log", async () => {
  await using folder = await tempDir()
  {
    await using opened = await openSqlite(folder.path)
    await opened.log.create("room/a")
    await opened.log.append("room/a", [draft("hello")])
  }
  await writeFile(join(folder.path, "index.db"), "this is no database")
  await using opened = await openSqlite(folder.path)
  assert.deepEqual(await opened.index.search("room/a", { words: "hello", limit: 10 }), [1])
})
