import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { LandlineError } from "../../protocol/errors.ts"
import { makeFolder } from "../folder.ts"
import { storageError } from "./schema.ts"

/**
 * Takes the folder for this process. The lock is the operating system's and ends with the process however that
 * ends, so no stale file can keep a hub from starting after kill -9.
 * @returns a function that gives it back
 * @throws LandlineError data_in_use | data_unwritable
 */
export function lockFolder(folder: string): () => void {
  try {
    makeFolder(folder)
    const lock = new DatabaseSync(join(folder, "lock"))
    try {
      lock.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
      return () => lock.close()
    } catch (error) {
      lock.close()
      throw error
    }
  } catch (error) {
    if (((error as { errcode?: number }).errcode ?? 0) === 5)
      throw new LandlineError(
        "data_in_use",
        {},
        `Another hub is using ${folder}. Stop it, or choose another --data.`,
      )
    throw storageError(error, folder)
  }
}
