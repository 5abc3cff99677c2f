import { join } from "node:path"
import type { BlobStore } from "../core/blob-store.ts"
import type { Clock } from "../core/clock.ts"
import type { Directory } from "../core/directory.ts"
import type { Telemetry } from "../core/telemetry.ts"
import type { Index } from "../core/topic-index.ts"
import type { TopicLog } from "../core/topic-log.ts"
import { openDiskBlobs } from "../storage/disk/blob-store.ts"
import { openMemoryBlobs } from "../storage/memory/blob-store.ts"
import { openMemoryDirectory } from "../storage/memory/directory.ts"
import { openMemoryIndex } from "../storage/memory/topic-index.ts"
import { openMemoryLog } from "../storage/memory/topic-log.ts"
import { openSqliteDirectory } from "../storage/sqlite/directory.ts"
import { openSqliteIndex } from "../storage/sqlite/topic-index.ts"
import { SqliteTopicLog } from "../storage/sqlite/topic-log.ts"
import type { Settings } from "./settings.ts"

/** The stores of a hub. */
export interface Storage {
  readonly log: TopicLog
  readonly index: Index
  readonly directory: Directory
  readonly blobs: BlobStore
}

/** The stores that `--data` names. @throws LandlineError data_in_use | data_newer | data_damaged | data_unwritable */
export async function openStorage(
  { data, filesFree }: Pick<Settings, "data" | "filesFree">,
  clock: Clock,
  telemetry: Telemetry,
): Promise<Storage> {
  if (data === ":memory:") {
    const log = openMemoryLog(clock)
    const directory = openMemoryDirectory(clock)
    return { log, index: openMemoryIndex(log), directory, blobs: openMemoryBlobs() }
  }
  const log = await SqliteTopicLog.open(data, clock, telemetry)
  const blobs = await openDiskBlobs(
    join(data, "files"),
    filesFree === undefined ? {} : { freeFloorBytes: filesFree },
  )
  return { log, index: openSqliteIndex(data, log), directory: openSqliteDirectory(log, clock), blobs }
}
