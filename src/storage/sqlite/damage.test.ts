import assert from "node:assert/strict"
import { hash } from "node:crypto"
import { existsSync } from "node:fs"
import { copyFile, open, readdir, readFile, stat, truncate, unlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { test } from "node:test"
import { tempDir } from "../../../test/support/temp.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { draft, rejects, texts } from "../topic-log-contract.ts"
import { salvageLog } from "./salvage.ts"
import { databaseFile } from "./schema.ts"
import { SqliteTopicLog } from "./topic-log.ts"
import { verifyLog } from "./verify.ts"

const ENTRIES = 3_000

/** A folder with a log of two rooms, closed. */
async function filled(): Promise<{ path: string; epoch: number } & AsyncDisposable> {
  const folder = await tempDir()
  const log = await SqliteTopicLog.open(folder.path)
  const { epoch } = await log.create("room/a")
  await log.create("room/b")
  const saying = Array.from({ length: ENTRIES }, (_, n) =>
    log.append("room/a", [draft(`text ${n + 1} `.repeat(8))]),
  )
  await Promise.all([...saying, log.append("room/b", [draft("small")])])
  await log.close()
  return { path: folder.path, epoch, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

/** The same as a hub leaves it that was killed: its last entries are in the WAL. */
async function killed(): Promise<{ path: string } & AsyncDisposable> {
  await using folder = await filled()
  const left = await tempDir()
  const log = await SqliteTopicLog.open(folder.path)
  await log.append("room/b", [draft("in the WAL")])
  for (const end of ["", "-wal"])
    await copyFile(databaseFile(folder.path) + end, databaseFile(left.path) + end)
  await log.close()
  return left
}

/** A folder where all is still in the WAL. */
async function killedYoung(): Promise<{ path: string } & AsyncDisposable> {
  await using folder = await tempDir()
  const left = await tempDir()
  const log = await SqliteTopicLog.open(folder.path)
  await log.create("room/a")
  await log.append(
    "room/a",
    Array.from({ length: 500 }, (_, n) => draft(`text ${n}`)),
  )
  for (const end of ["", "-wal"])
    await copyFile(databaseFile(folder.path) + end, databaseFile(left.path) + end)
  await log.close()
  return left
}

/** A log's files and what is in them, by hash; an empty WAL is as good as none. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const name of ["landline.db", "landline.db-wal"]) {
    const bytes = await readFile(join(folder, name)).catch(() => undefined)
    if (bytes && !(name.endsWith("wal") && bytes.length === 0)) files[name] = hash("sha256", bytes)
  }
  return files
}

/** @param keepWal leave what it wrote in the WAL */
const change = (folder: string, sql: string, { keepWal = false } = {}) => {
  const db = new DatabaseSync(databaseFile(folder))
  db.exec(sql)
  const reader = keepWal && new DatabaseSync(databaseFile(folder), { readOnly: true })
  if (reader) reader.prepare("SELECT count(*) FROM topics").get()
  db.close() // not the last connection, so the WAL stays
  if (reader) reader.close()
}

async function overwrite(folder: string, at: number, bytes: number): Promise<void> {
  const file = await open(databaseFile(folder), "r+")
  await file.write(Buffer.alloc(bytes, 0xa5), 0, bytes, at)
  await file.close()
}

async function refused(folder: string, words: RegExp): Promise<void> {
  const before = await filesOf(folder)
  await assert.rejects(SqliteTopicLog.open(folder), (error) => {
    assert.ok(error instanceof LandlineError)
    assert.equal(error.code, "data_damaged")
    assert.match(error.message, words)
    assert.match(error.message, /landline data salvage/)
    return true
  })
  assert.deepEqual(await filesOf(folder), before)
}

test("data from a newer version is refused in words", async () => {
  await using folder = await filled()
  change(folder.path, "PRAGMA user_version = 99")
  await rejects(SqliteTopicLog.open(folder.path), "data_newer")
})

test("a second hub on the same data is refused, and the lock ends with the first", async () => {
  await using folder = await filled()
  const first = await SqliteTopicLog.open(folder.path)
  await rejects(SqliteTopicLog.open(folder.path), "data_in_use")
  await first.close()
  await (await SqliteTopicLog.open(folder.path)).close()
})

test("a data directory that cannot be one is refused", async () => {
  await using folder = await tempDir()
  await writeFile(join(folder.path, "file"), "")
  await rejects(SqliteTopicLog.open(join(folder.path, "file")), "data_unwritable")
  await rejects(SqliteTopicLog.open(join(folder.path, "file", "below")), "data_unwritable")
})

test("a damaged database is refused and never emptied: not a database", async () => {
  await using folder = await filled()
  await writeFile(databaseFile(folder.path), "this is no database, whatever its name says")
  await refused(folder.path, /not a Landline database/)
})

test("a damaged database is refused and never emptied: empty file", async () => {
  await using folder = await filled()
  await truncate(databaseFile(folder.path), 0)
  await refused(folder.path, /not a Landline database/)
})

for (const [what, bytes] of [
  ["empty file", ""],
  [
    "another program's header",
    "GIF89a, or something else that is longer than a header of a hundred bytes".repeat(9),
  ],
] as const)
  test(`a start that is refused leaves the WAL as it is: ${what}`, async () => {
    await using folder = await killed()
    await writeFile(databaseFile(folder.path), bytes)
    await refused(folder.path, /not a Landline database/)
  })

test("another program's SQLite file is refused and left as it is", async () => {
  await using folder = await tempDir()
  change(folder.path, "PRAGMA journal_mode = WAL; CREATE TABLE theirs (x)")
  await refused(folder.path, /not a Landline database/)
})

test("a damaged database is refused and never emptied: main file gone, WAL there", async () => {
  await using folder = await filled()
  await writeFile(`${databaseFile(folder.path)}-wal`, "x")
  await unlink(databaseFile(folder.path))
  await refused(folder.path, /is missing/)
  assert.ok(!existsSync(databaseFile(folder.path)))
})

test("a changed entry among the last is found at start, and one further back by verify", async () => {
  await using folder = await filled()
  const b = 2 * 2 ** 32
  change(folder.path, `UPDATE entries SET author = 'eve' WHERE id = ${b + 1}`)
  await refused(folder.path, /entry 1 of room\/b is not as it was written/)
  change(folder.path, `UPDATE entries SET author = 'ada' WHERE id = ${b + 1}`)
  assert.deepEqual(verifyLog(folder.path), { topics: 2, entries: ENTRIES + 1, faults: [] })
  const a = 2 ** 32
  change(
    folder.path,
    `UPDATE entries SET time = time + 1 WHERE id = ${a + 7}; DELETE FROM entries WHERE id = ${a + 9}`,
  )
  await (await SqliteTopicLog.open(folder.path)).close()
  assert.deepEqual(verifyLog(folder.path).faults, [
    "room/a: entry 7 is not as it was written",
    "room/a: entries 9 to 9 are missing",
  ])
})

test("missing last entries are found at start", async () => {
  await using folder = await filled()
  change(folder.path, `DELETE FROM entries WHERE id = ${2 ** 32 + ENTRIES}`)
  await refused(folder.path, /entries of room\/a after 2999 are missing/)
})

test("a topic that is no longer in the table of topics is found at start and by verify", async () => {
  await using folder = await filled()
  change(folder.path, "DELETE FROM topics WHERE name = 'room/a'")
  assert.deepEqual(verifyLog(folder.path).faults, ["topic 1 has entries and no name"])
  await refused(folder.path, /topic 1 has entries and no name/)
})

test("topics that were removed are no fault", async () => {
  await using folder = await filled()
  const log = await SqliteTopicLog.open(folder.path)
  await log.create("room/c")
  await log.append("room/c", [draft("c")])
  await log.remove("room/a")
  await log.close()
  assert.deepEqual(verifyLog(folder.path).faults, [])
  await (await SqliteTopicLog.open(folder.path)).close()
})

test("verify sees the log as it was at one moment, whatever the hub does meanwhile", async () => {
  await using folder = await filled()
  const log = await SqliteTopicLog.open(folder.path)
  await log.append(
    "room/a",
    Array.from({ length: 10_000 }, () => draft("more")),
  )
  await log.close()
  const meanwhile = () =>
    change(
      folder.path,
      `DELETE FROM entries WHERE id > ${2 * 2 ** 32};
       UPDATE topics SET head = 2 WHERE name = 'room/b'; UPDATE topics SET tail = 0 WHERE name = 'room/a'`,
    )
  assert.deepEqual(verifyLog(folder.path, meanwhile).faults, [])
})

test("salvage saves every readable entry, keeps the damaged files, and begins a new epoch", async () => {
  await using folder = await filled()
  const { size } = await stat(databaseFile(folder.path))
  await overwrite(folder.path, Math.floor(size / 2 / 4096) * 4096, 3 * 4096)
  assert.ok(verifyLog(folder.path).faults.length > 0)
  const { kept, topics } = salvageLog(folder.path, Date.now())
  const [a, b] = topics
  assert.deepEqual(b, { topic: "room/b", saved: 1, lost: 0 })
  assert.equal(a!.saved + a!.lost, ENTRIES)
  assert.ok(a!.lost > 0 && a!.lost < 200, `${a!.lost} lost`)
  assert.ok((await readdir(join(folder.path, kept))).includes("landline.db"))
  assert.deepEqual(verifyLog(folder.path).faults, [])
  const log = await SqliteTopicLog.open(folder.path)
  const { epoch, tail } = (await log.stat("room/a"))!
  assert.ok(epoch > folder.epoch)
  assert.equal(tail, a!.saved)
  const numbers = texts(await log.read("room/a", 0, ENTRIES, 1 << 30)).map((text) =>
    Number(text.split(" ")[1]),
  )
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((x, y) => x - y),
  )
  assert.equal((await log.append("room/a", [draft("goes on")])).offset, tail + 1)
  await log.close()
})

for (const main of ["missing", "empty"])
  test(`salvage reads what the WAL alone holds where the main file is ${main}, and keeps the WAL`, async () => {
    await using folder = await killedYoung()
    if (main === "missing") await unlink(databaseFile(folder.path))
    else await truncate(databaseFile(folder.path), 0)
    const before = await filesOf(folder.path)
    const { kept, topics } = salvageLog(folder.path, Date.now())
    assert.deepEqual(topics, [{ topic: "room/a", saved: 500, lost: 0 }])
    assert.deepEqual(await filesOf(join(folder.path, kept)), before)
    assert.deepEqual(verifyLog(folder.path), { topics: 1, entries: 500, faults: [] })
  })

test("salvage says what is lost where the WAL holds only the end, and keeps it", async () => {
  await using folder = await killed()
  await unlink(databaseFile(folder.path))
  const before = await filesOf(folder.path)
  const { kept, topics } = salvageLog(folder.path, Date.now())
  assert.deepEqual(topics, [
    { topic: "room/a", saved: 0, lost: ENTRIES },
    { topic: "room/b", saved: 0, lost: 2 },
  ])
  assert.deepEqual(await filesOf(join(folder.path, kept)), before)
  assert.deepEqual(verifyLog(folder.path).faults, [])
})

test("salvage leaves what it keeps as it was, and nothing else behind", async () => {
  await using folder = await killed()
  const before = await filesOf(folder.path)
  const { kept, topics } = salvageLog(folder.path, Date.now())
  assert.deepEqual(topics.at(-1), { topic: "room/b", saved: 2, lost: 0 })
  assert.deepEqual(await filesOf(join(folder.path, kept)), before)
  assert.deepEqual((await readdir(folder.path)).sort(), [kept, "landline.db", "lock"].sort())
})

test("salvage twice at once keeps both", async () => {
  await using folder = await filled()
  const now = Date.now()
  const kept = [1, 2, 3].map(() => salvageLog(folder.path, now).kept)
  assert.equal(new Set(kept).size, 3)
  for (const name of kept) assert.ok(existsSync(databaseFile(join(folder.path, name))))
})

test("salvage gives a room whose topic is lost a topic, and what it finds without a name a room", async () => {
  await using folder = await filled()
  change(
    folder.path,
    `INSERT INTO rooms VALUES ('a', 'room/a', 'line', 'ada', 5); DELETE FROM topics WHERE name = 'room/a'`,
  )
  assert.deepEqual(salvageLog(folder.path, Date.now()).topics, [
    { topic: "room/b", saved: 1, lost: 0 },
    { topic: "room/recovered-1", saved: ENTRIES, lost: 0 },
  ])
  const log = await SqliteTopicLog.open(folder.path)
  assert.deepEqual(
    (await log.list()).map(({ topic, tail }) => [topic, tail]),
    [
      ["room/a", 0],
      ["room/b", 1],
      ["room/recovered-1", ENTRIES],
    ],
  )
  assert.equal((await log.append("room/a", [draft("again")])).offset, 1)
  await log.close()
})

test("salvage of what is no database at all leaves an empty log and the file", async () => {
  await using folder = await filled()
  await writeFile(databaseFile(folder.path), "this is no database, whatever its name says")
  const { kept, topics } = salvageLog(folder.path, Date.now())
  assert.deepEqual(topics, [])
  assert.equal(
    await readFile(databaseFile(join(folder.path, kept)), "utf8"),
    "this is no database, whatever its name says",
  )
  await (await SqliteTopicLog.open(folder.path)).close()
})

test("a refused start changes no file, though the last entries are still in the WAL", async () => {
  await using folder = await filled()
  // As after kill -9: a copy of the files while a hub has them open.
  const log = await SqliteTopicLog.open(folder.path)
  await log.append("room/a", [draft("in the WAL")])
  await using copy = await tempDir()
  for (const end of ["", "-wal"])
    await copyFile(databaseFile(folder.path) + end, databaseFile(copy.path) + end)
  await log.close()
  change(copy.path, `DELETE FROM entries WHERE id = ${2 * 2 ** 32 + 1}`, { keepWal: true })
  const files = () => Promise.all(["", "-wal"].map((end) => readFile(databaseFile(copy.path) + end)))
  const before = await files()
  await rejects(SqliteTopicLog.open(copy.path), "data_damaged")
  assert.deepEqual(await files(), before)
})
