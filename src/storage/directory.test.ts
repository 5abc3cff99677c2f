import { describe } from "node:test"
import { tempDir } from "../../test/support/temp.ts"
import { directoryContract } from "./directory-contract.ts"
import { openMemoryDirectory } from "./memory/directory.ts"
import { openSqliteDirectory } from "./sqlite/directory.ts"
import { SqliteTopicLog } from "./sqlite/topic-log.ts"

describe("Directory contract: memory", () =>
  directoryContract(async () => ({ directory: openMemoryDirectory(), async [Symbol.asyncDispose]() {} })))

describe("Directory contract: sqlite", () =>
  directoryContract(async () => {
    const folder = await tempDir()
    const log = await SqliteTopicLog.open(folder.path)
    return {
      directory: openSqliteDirectory(log),
      async [Symbol.asyncDispose]() {
        await log.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  }))
