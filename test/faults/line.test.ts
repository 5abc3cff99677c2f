import assert from "node:assert/strict"
import { test } from "node:test"
import type { LineFaults } from "../../src/cli/line/faulty-line.ts"
import { measure } from "../../src/cli/line/measure.ts"
import type { Damage } from "../../src/client/line/run.ts"
import { startHub } from "../../src/hub/main.ts"
import { SEED } from "../support/random.ts"
import { openUdpProxy, type UdpProxyOptions } from "../support/udp-proxy.ts"

const COUNT = 400
const LATE_MS = 1_000

async function measureThrough(options: UdpProxyOptions, lateMs = LATE_MS) {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  using proxy = await openUdpProxy(hub.address, options)
  const run = await measure({
    host: "127.0.0.1",
    port: proxy.port,
    transport: "udp",
    closed: false,
    intervalMs: 1,
    count: COUNT,
    bytes: 200,
    lateMs,
  })
  return { run, truth: proxy.truth() }
}

const part = { loss: 0.1, duplication: 0.1, reordering: 0.1, corruption: 0.1 }
const CASES: Record<string, LineFaults> = {
  "loss on the way up": { up: { loss: part.loss } },
  "loss on the way down": { down: { loss: part.loss } },
  duplicates: { up: { duplication: part.duplication }, down: { duplication: part.duplication } },
  reordering: { up: { reordering: part.reordering }, down: { reordering: part.reordering } },
  "flipped bits": { up: { corruption: part.corruption }, down: { corruption: part.corruption } },
  "all of it at once": { up: part, down: part },
}

const inOrder = (damages: readonly Damage[]) =>
  damages.map(({ seq, direction, byte, bit }) => `${seq} ${direction} ${byte} ${bit}`).sort()

for (const [name, faults] of Object.entries(CASES))
  test(`line: ${name}: what is counted is what was injected, each way (SEED=${SEED})`, async () => {
    const { run, truth } = await measureThrough({ seed: SEED, faults })
    const { lostUp, lostDown, duplicatesUp, duplicatesDown, reorderedUp, reorderedDown } = run.counts
    assert.deepEqual(
      {
        lostUp,
        lostDown,
        duplicatesUp,
        duplicatesDown,
        reorderedUp,
        reorderedDown,
        damages: inOrder(run.damages),
      },
      { ...truth, damages: inOrder(truth.damages) },
    )
    const injected = Object.values({ ...truth, damages: truth.damages.length }).reduce((sum, n) => sum + n, 0)
    assert.ok(injected > 10, "the proxy did nothing")
    assert.deepEqual([run.counts.sent, run.counts.lost], [COUNT, truth.lostUp + truth.lostDown])
    assert.equal(run.counts.strangers, 0)
  })

test("line: a delay is measured, and no reply is called late or lost for it", async () => {
  const delayMs = 40
  const { run } = await measureThrough({ seed: SEED, delayMs })
  const { counts, samples } = run
  assert.deepEqual([counts.received, counts.late, counts.reorderedDown], [COUNT, 0, 0])
  const trips = samples.receivedMs.map((ms, at) => ms - samples.sentMs[at]!)
  assert.ok(trips.sort()[COUNT / 2]! >= delayMs - 1, "timers are whole ms")
})

test("line: replies that take longer than is allowed count as late, and not as lost", async () => {
  const { run } = await measureThrough({ seed: SEED, delayMs: 450 }, 300)
  const { sent, received, late } = run.counts
  assert.equal(sent, COUNT)
  assert.ok(received > 0 && late === received, `${received} received, ${late} late`)
})
