import assert from "node:assert/strict"
import { test } from "node:test"
import { startHubProcess } from "../support/hub-process.ts"
import { RawSession } from "../support/raw-session.ts"
import { tempDir } from "../support/temp.ts"

const ROUNDS = 20
const ACKED_MIN = 1_000
const IN_FLIGHT = 400
const topic = "room/lobby"

/** Publishes without end, many in flight, until the hub dies under it. @returns the last seq acked and sent */
async function burst(session: RawSession, producer: string, kill: () => Promise<void>) {
  let sent = 0
  let acked = 0
  let killing: Promise<void> | undefined
  const more = () => {
    while (sent - acked < IN_FLIGHT)
      session.send({ op: "publish", topic, producer, seq: ++sent, text: `${producer} ${sent}` })
  }
  session.ws.on("message", (data) => {
    const message = JSON.parse(data.toString())
    if (message.op !== "ack") return
    acked = message.seq
    if (acked >= ACKED_MIN) killing ??= kill()
    more()
  })
  more()
  await session.closed
  await killing
  return { acked, sent }
}

/** Everything that was ever said, in order. */
async function everything(address: string): Promise<string[]> {
  const response = await fetch(`${address}/rooms/lobby?after=${"0".repeat(16)}_${"0".repeat(16)}`, {
    headers: { accept: "application/x-ndjson" },
  })
  return (await response.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).text)
}

test(`kill -9 in a burst, ${ROUNDS} rounds: what was acked is there once, what was not is there once or not at all`, async () => {
  await using folder = await tempDir()
  let before = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const producer = `round-${round}`
    let acked: number
    let sent: number
    {
      await using hub = await startHubProcess(folder.path)
      using session = await RawSession.hello(hub.address)
      ;({ acked, sent } = await burst(session, producer, hub.kill))
    }
    assert.ok(acked >= ACKED_MIN && sent > acked, `${acked} of ${sent} acked`)
    await using hub = await startHubProcess(folder.path)
    const kept = (await everything(hub.address)).slice(before)
    assert.ok(kept.length >= acked, `${acked} acked, ${kept.length} kept`)
    assert.deepEqual(
      kept,
      Array.from({ length: kept.length }, (_, n) => `${producer} ${n + 1}`),
    )
    // The author comes back and sends again what was not acked.
    using session = await RawSession.hello(hub.address)
    for (let seq = acked + 1; seq <= sent; seq++)
      session.send({ op: "publish", topic, producer, seq, text: `${producer} ${seq}` })
    await session.next("ack", ({ seq }) => seq === sent)
    assert.deepEqual(
      (await everything(hub.address)).slice(before),
      Array.from({ length: sent }, (_, n) => `${producer} ${n + 1}`),
    )
    before += sent
    await hub.kill()
  }
})

test("SIGTERM in a burst: followers are told, everything acked is kept, exit 0 without a trace", async () => {
  await using folder = await tempDir()
  let acked: number
  {
    await using hub = await startHubProcess(folder.path)
    using follower = await RawSession.hello(hub.address)
    follower.send({ op: "follow", id: 1, topic })
    await follower.next("following")
    using session = await RawSession.hello(hub.address)
    ;({ acked } = await burst(session, "p", async () => hub.program.signal("SIGTERM")))
    assert.equal((await follower.closed).code, 1001)
    assert.deepEqual(await hub.program.waitForExit(), { code: 0, signal: null })
    assert.doesNotMatch(hub.program.stdout + hub.program.stderr, /\n\s+at |Error/)
  }
  await using hub = await startHubProcess(folder.path)
  const kept = await everything(hub.address)
  assert.ok(kept.length >= acked)
  assert.equal(new Set(kept).size, kept.length)
})
