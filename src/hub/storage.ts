import type { Clock } from "../core/clock.ts"
import type { Directory } from "../core/directory.ts"
import type { Telemetry } from "../core/telemetry.ts"
import type { Index } from "../core/topic-index.ts"
import type { TopicLog } from "../core/topic-log.ts"
import { openMemoryDirectory } from "../storage/memory/directory.ts"
import { openMemoryIndex } from "../storage/memory/topic-index.ts"
import { openMemoryLog } from "../storage/memory/topic-log.ts"
import { openSqliteDirectory } from "../storage/sqlite/directory.ts"
import { openSqliteIndex } from "../storage/sqlite/topic-index.ts"
import { SqliteTopicLog } from "../storage/sqlite/topic-log.ts"

/** The stores of a hub. */
export interface Storage {
  readonly log: TopicLog
  readonly index: Index
  readonly directory: Directory
}

/** The stores that `--data` names. @throws LandlineError data_in_use | data_newer | data_damaged | data_unwritable */
export async function openStorage(data: string, clock: Clock, telemetry: Telemetry): Promise<Storage> {
  if (data === ":memory:") {
    const log = openMemoryLog(clock)
    return { log, index: openMemoryIndex(log), directory: openMemoryDirectory(clock) }
  }
  const log = await SqliteTopicLog.open(data, clock, telemetry)
  return { log, index: openSqliteIndex(data, log), directory: openSqliteDirectory(log, clock) }
}
