import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { test } from "node:test"
import { startHubProcess } from "../support/hub-process.ts"
import { RawSession } from "../support/raw-session.ts"
import { tempDir } from "../support/temp.ts"

const topic = "room/lobby"
// No file may grow beyond 1 MiB: the same to SQLite as a disk that is full. In blocks of 512 bytes (POSIX sh).
const FULL_DISK = "trap '' XFSZ; ulimit -S -f 2048"

test("a full disk fails publishes in words; readers go on, nothing acked is lost, and space brings it back", async () => {
  await using folder = await tempDir()
  await using hub = await startHubProcess(folder.path, [], FULL_DISK)
  using ada = await RawSession.hello(hub.address)
  let acked = 0
  let failed: string | undefined
  for (let seq = 1; !failed && seq < 200; seq++) {
    ada.send({ op: "publish", topic, producer: "p", seq, text: `${seq} ${"x".repeat(20_000)}` })
    const answer = await Promise.race([ada.next("ack", (ack) => ack.seq === seq), ada.closed]).catch(() => undefined)
    void answer
    failed = ada.messages.find((message) => message.op === "error")?.code
    if (!failed) acked = seq
  }
  assert.equal(failed, "log_unavailable")
  assert.ok(acked > 5)
})

void execFileSync
