import { describe } from "node:test"
import { tempDir } from "../../test/support/temp.ts"
import type { Directory } from "../core/directory.ts"
import { directoryContract, fileDirectoryContract } from "./directory-contract.ts"
import { openMemoryDirectory } from "./memory/directory.ts"
import { openSqliteDirectory } from "./sqlite/directory.ts"
import { SqliteTopicLog } from "./sqlite/topic-log.ts"

type Opened = { directory: Directory } & AsyncDisposable

describe("Directory contract: memory", () => {
  const open = async (): Promise<Opened> => ({
    directory: openMemoryDirectory(),
    async [Symbol.asyncDispose]() {},
  })
  directoryContract(open)
  fileDirectoryContract(open)
})

describe("Directory contract: sqlite", () => {
  const open = async (): Promise<Opened> => {
    const folder = await tempDir()
    const log = await SqliteTopicLog.open(folder.path)
    return {
      directory: openSqliteDirectory(log),
      async [Symbol.asyncDispose]() {
        await log.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  }
  directoryContract(open)
  fileDirectoryContract(open)
})
