import type { DatabaseSync } from "node:sqlite"
import type { FileQuery, FileRecord, UploadRecord } from "../../core/directory.ts"
import { nameKey } from "../../protocol/names.ts"

/** Files and uploads: what the writer does. */
export function fileWrites(db: DatabaseSync) {
  const setUpload = db.prepare(
    `INSERT INTO uploads (id, sender, file, expires, record) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET sender = excluded.sender, file = excluded.file, expires = excluded.expires,
       record = excluded.record`,
  )
  const removeUpload = db.prepare("DELETE FROM uploads WHERE id = ?")
  const setFile = db.prepare(
    `INSERT INTO files (id, key, room, sender, sha256, bytes, code, offset, expires, downloads, record)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET key = excluded.key, room = excluded.room, sender = excluded.sender,
       sha256 = excluded.sha256, bytes = excluded.bytes, code = excluded.code, offset = excluded.offset,
       expires = excluded.expires, record = excluded.record`,
  )
  const countDownload = db.prepare("UPDATE files SET downloads = downloads + 1 WHERE id = ?")
  const removeFile = db.prepare("DELETE FROM files WHERE id = ?")

  return {
    setUpload(upload: UploadRecord): void {
      const { id, sender, file, expires } = upload
      setUpload.run(id, sender, file, expires, JSON.stringify(upload))
    },
    removeUpload(id: string): void {
      removeUpload.run(id)
    },
    setFile(file: FileRecord): void {
      const { id, name, room, sender, sha256, bytes, code, offset, expires, downloads } = file
      const record = JSON.stringify(file)
      setFile.run(id, nameKey(name), room, sender, sha256, bytes, code, offset, expires, downloads, record)
    },
    countDownload(id: string): void {
      countDownload.run(id)
    },
    removeFile(id: string): void {
      removeFile.run(id)
    },
  }
}

type FileWrites = ReturnType<typeof fileWrites>

/** One of the writes, on its way to the writer. */
export interface FileWrite<K extends keyof FileWrites = keyof FileWrites> {
  readonly method: K
  readonly args: Parameters<FileWrites[K]>
}

/** Writes that come while the last ones are being stored share a transaction, as appends do. */
export class SharedWrites {
  readonly #store: (writes: readonly FileWrite[]) => Promise<void>
  #gathered: FileWrite[] = []
  #storing: Promise<unknown> = Promise.resolve()
  #next: Promise<void> | undefined

  constructor(store: (writes: readonly FileWrite[]) => Promise<void>) {
    this.#store = store
  }

  add<K extends keyof FileWrites>(method: K, ...args: Parameters<FileWrites[K]>): Promise<void> {
    this.#gathered.push({ method, args } as FileWrite)
    this.#next ??= this.#storing.then(() => {
      const writes = this.#gathered
      this.#gathered = []
      this.#next = undefined
      const stored = this.#store(writes)
      this.#storing = stored.catch(() => {}) // it is told to those who wait for it
      return stored
    })
    return this.#next
  }
}

/** Files and uploads: what the reader answers. */
export function fileReads(db: DatabaseSync) {
  const file = db.prepare("SELECT record, downloads FROM files WHERE id = ?")
  const fileOfCode = db.prepare("SELECT record, downloads FROM files WHERE code = ? AND code <> ''")
  const files = db.prepare(
    `SELECT record, downloads FROM files
     WHERE room <> '' AND (?1 IS NULL OR room = ?1) AND (?2 IS NULL OR instr(key, ?2) > 0) AND (?3 IS NULL OR sender = ?3)
       AND (?4 IS NULL OR number < (SELECT number FROM files WHERE id = ?4))
     ORDER BY number DESC LIMIT ?5`,
  )
  const expired = db.prepare(
    "SELECT record, downloads FROM files WHERE expires > 0 AND expires <= ? ORDER BY number",
  )
  const unannounced = db.prepare(
    "SELECT record, downloads FROM files WHERE offset = 0 AND room <> '' ORDER BY number",
  )
  const upload = db.prepare("SELECT record FROM uploads WHERE id = ?")
  const openUploads = db.prepare(
    `SELECT json_set(record, '$.metadata', '') AS record FROM uploads
     WHERE file = '' AND (?1 IS NULL OR sender = ?1) ORDER BY number`,
  )
  const endedUploads = db.prepare("SELECT id FROM uploads WHERE file <> '' AND expires <= ? ORDER BY number")
  const all = db.prepare(
    "SELECT coalesce(sum(bytes), 0) AS bytes FROM (SELECT DISTINCT sha256, bytes FROM files)",
  )
  const bySender = db.prepare("SELECT sender, sum(bytes) AS bytes FROM files GROUP BY sender")
  const filesOf = db.prepare("SELECT count(*) AS files FROM files WHERE sha256 = ?")

  return {
    file: (id: string) => fileOf(file.get(id)),
    fileOfCode: (code: string) => fileOf(fileOfCode.get(code)),
    files: ({ room, words, sender, before, limit }: FileQuery) =>
      files
        .all(room ?? null, words ? nameKey(words) : null, sender ?? null, before ?? null, limit)
        .map((row) => fileOf(row)!),
    filesToTend: (now: number) => [...expired.all(now), ...unannounced.all()].map((row) => fileOf(row)!),
    upload: (id: string) => uploadOf(upload.get(id)),
    openUploads: (sender?: string) => openUploads.all(sender ?? null).map((row) => uploadOf(row)!),
    endedUploads: (now: number) => endedUploads.all(now).map(({ id }) => String(id)),
    fileBytes: () => ({
      all: Number(all.get()?.["bytes"]),
      bySender: new Map(bySender.all().map(({ sender, bytes }) => [String(sender), Number(bytes)])),
    }),
    filesOf: (sha256: string) => Number(filesOf.get(sha256)?.["files"]),
  }
}

function fileOf(row: Record<string, unknown> | undefined): FileRecord | undefined {
  return row && { ...JSON.parse(String(row["record"])), downloads: Number(row["downloads"]) }
}

function uploadOf(row: Record<string, unknown> | undefined): UploadRecord | undefined {
  // What is undefined is not in the JSON.
  return row && { bytes: undefined, trusted: undefined, ...JSON.parse(String(row["record"])) }
}
