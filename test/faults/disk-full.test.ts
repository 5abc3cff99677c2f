import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { test } from "node:test"
import type { Ack, ErrorMessage } from "../../src/protocol/messages.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { RawSession } from "../support/raw-session.ts"
import { tempDir } from "../support/temp.ts"

const topic = "room/lobby"

// No file may grow beyond a limit, in blocks of 512 bytes (POSIX sh): to SQLite the same as a disk that is full.
const diskOf = (blocks: number) => `trap '' XFSZ; ulimit -S -f ${blocks}`

/** Publishes one text and returns the ack or the error. */
async function publish(session: RawSession, seq: number): Promise<Ack | ErrorMessage> {
  const from = session.messages.length
  session.send({ op: "publish", topic, producer: "p", seq, text: `${seq} ${"x".repeat(20_000)}` })
  await session.ask({ op: "people", id: seq }) // not an answer to the publish, but time passes at the hub
  for (;;) {
    const answer = session.messages.slice(from).find(({ op }) => op === "ack" || op === "error")
    if (answer) return answer as Ack | ErrorMessage
    await session.ask({ op: "people", id: seq })
  }
}

async function kept(address: string): Promise<number[]> {
  const text = await (await fetch(`${address}/rooms/lobby?last=1000`)).text()
  return text
    .trim()
    .split("\n")
    .map((line) => Number(/: (\d+) x/.exec(line)![1]))
}

test("a full disk fails publishes in words; readers go on, nothing acked is lost, and space brings it back", async () => {
  await using folder = await tempDir()
  const numbers = (last: number) => Array.from({ length: last }, (_, n) => n + 1)
  let acked = 0
  {
    await using hub = await startHubProcess(folder.path, [], diskOf(2_048))
    using ada = await RawSession.hello(hub.address)
    let answer = await publish(ada, 1)
    for (; answer.op === "ack"; answer = await publish(ada, acked + 1)) acked++
    assert.equal(answer.code, "log_unavailable")
    assert.match(
      answer.message,
      /^The hub cannot store anything at the moment .*\. Nothing that was acked is lost\.$/,
    )
    assert.ok(acked > 5)
    assert.deepEqual(await kept(hub.address), numbers(acked))
    assert.equal((await publish(ada, acked + 1)).op, "error")
    assert.equal((await fetch(`${hub.address}/readyz`)).status, 503)

    execFileSync("prlimit", ["--pid", `${hub.program.pid}`, "--fsize=unlimited"])
    assert.equal((await publish(ada, acked + 1)).op, "ack")
    assert.equal((await fetch(`${hub.address}/readyz`)).status, 200)
    acked++
    await hub.kill()
  }
  await using hub = await startHubProcess(folder.path)
  assert.deepEqual(await kept(hub.address), numbers(acked))
})

test("a disk that is full at the start is refused in one sentence, exit 1", async () => {
  await using folder = await tempDir()
  await assert.rejects(startHubProcess(folder.path, [], diskOf(0)), (error: Error) => {
    assert.match(error.message, /ended \(1\)/)
    assert.match(error.message, /The data directory .* cannot be written|The disk .* is full/)
    assert.doesNotMatch(error.message, /\n\s+at file:/)
    return true
  })
})
