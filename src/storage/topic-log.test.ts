import { describe } from "node:test"
import { tempDir } from "../../test/support/temp.ts"
import { openMemoryLog } from "./memory/topic-log.ts"
import { SqliteTopicLog } from "./sqlite/topic-log.ts"
import { topicLogContract } from "./topic-log-contract.ts"

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
