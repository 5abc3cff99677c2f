import { describe, test } from "node:test"
import { tempDir } from "../../test/support/temp.ts"
import { openMemoryLog } from "./memory/topic-log.ts"
import { SqliteTopicLog } from "./sqlite/topic-log.ts"
import { draft, rejects, topicLogContract } from "./topic-log-contract.ts"

describe("TopicLog contract: memory", () =>
  topicLogContract(async (clock) => {
    const log = openMemoryLog(clock)
    return { log, [Symbol.asyncDispose]: () => log.close() }
  }))

describe("TopicLog contract: sqlite", () =>
  topicLogContract(async (clock) => {
    const folder = await tempDir()
    const log = await SqliteTopicLog.open(folder.path, clock)
    return {
      log,
      async [Symbol.asyncDispose]() {
        await log.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  }))

test("sqlite log: a producer that was silent for 30 days is forgotten while the hub runs", async () => {
  await using folder = await tempDir()
  const day = 24 * 3_600_000
  let now = 1_000 * day
  const log = await SqliteTopicLog.open(folder.path, { now: () => now })
  await log.create("room/a")
  const say = (id: string, seq: number) =>
    log.append("room/a", [draft("x")], { producer: { id, epoch: 0, seq } })
  await say("early", 1)
  now += 20 * day
  await say("late", 1)
  now += 11 * day
  await say("new", 1)
  await say("late", 2)
  await rejects(say("early", 2), "sequence_gap")
  await log.close()
})
