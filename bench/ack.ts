import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Session } from "./clients/session.ts"
import { type Benchmark, median } from "./harness.ts"
import { landline } from "./peers/landline.ts"
import { nowMs } from "./support/clock.ts"
import { type Burst, textOf } from "./support/words.ts"

const topic = "room/lobby"
const warmup: Burst = { letter: "w", messages: 500 }
const burst: Burst = { letter: "m", messages: 1_000 }

/** The time of each of many steps, one after the other, once the first ones have warmed up. */
async function timeEach(step: (text: string, seq: number) => unknown): Promise<number> {
  const times: number[] = []
  for (let seq = 1; seq <= warmup.messages + burst.messages; seq++) {
    const text = textOf(burst, seq)
    const startMs = nowMs()
    await step(text, seq)
    if (seq > warmup.messages) times.push(nowMs() - startMs)
  }
  return median(times)
}

async function throughHub(dir: string): Promise<number> {
  await using server = await landline.start(dir)
  using session = await Session.open(server.port, "author")
  return await timeEach((text, seq) =>
    session.ask({ op: "publish", topic, producer: "bench", seq, text }, "ack"),
  )
}

/** What no durable hub can beat on this disk: one row, one commit. */
async function bareCommit(dir: string): Promise<number> {
  const db = new DatabaseSync(join(dir, "bare.db"))
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    db.exec("CREATE TABLE entry (place INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    const insert = db.prepare("INSERT INTO entry (body) VALUES (?)")
    return await timeEach((text) => insert.run(text))
  } finally {
    db.close()
  }
}

export const ack: Benchmark = {
  about: "a single message, one in flight, from publish to ack; against a bare SQLite commit",
  subject: "landline",
  targets: [{ metric: "ack ms", over: "SQLite commit", atMost: 4 }],
  contestants: () => [
    { name: "landline", run: async (dir) => ({ "ack ms": await throughHub(dir) }) },
    { name: "SQLite commit", run: async (dir) => ({ "ack ms": await bareCommit(dir) }) },
  ],
}
