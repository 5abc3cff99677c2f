import { rmSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { fold } from "../search-words.ts"

/** Changes whenever the schema does: an index of another version is thrown away and made anew from the log. */
const VERSION = 2

// The tokenizer cuts where `textWords` does, and leaves the folding to `fold`.
const SCHEMA = `
  CREATE VIRTUAL TABLE words USING fts5 (
    body, content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
  );
  CREATE TABLE states (id INTEGER PRIMARY KEY, newest INTEGER NOT NULL);
  CREATE TABLE counts (topic INTEGER, author TEXT, count INTEGER NOT NULL, PRIMARY KEY (topic, author)) WITHOUT ROWID;
  CREATE TABLE positions (
    topic INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, next INTEGER NOT NULL, head INTEGER NOT NULL
  );
  PRAGMA user_version = ${VERSION};
`

/** Opens the index, or begins a new one where there is none that can be used: the log has it all. */
export function openIndexDatabase(file: string): DatabaseSync {
  try {
    return open(file)
  } catch {
    for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true })
    return open(file)
  }
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file)
  try {
    // A loss of power may cost the last transactions, which are then made again; never the file's order.
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000")
    const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"])
    if (version === 0) db.exec(`BEGIN; ${SCHEMA} COMMIT`)
    else if (version !== VERSION) throw new Error("an index of another version")
    db.prepare("SELECT * FROM positions LIMIT 1").all()
    db.function("fold", { deterministic: true }, (text) => fold(String(text)))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
