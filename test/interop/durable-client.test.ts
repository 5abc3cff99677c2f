import assert from "node:assert/strict"
import { test } from "node:test"
import { DurableStream, IdempotentProducer, stream } from "@durable-streams/client"
import { startHub } from "../../src/hub/hub.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 60_000
const MESSAGES = 300
const contentType = "application/json"
/** A client that waits longer after a failure would only make the test slow. */
const backoffOptions = { initialDelay: 20, maxDelay: 200, multiplier: 1.3 }

const counted = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)

/**
 * Reads so many messages. By long-poll the client goes on by itself after a failure; a stream of events that is cut it
 * gives up, and is started again from the place that it named last.
 */
async function follow(url: string, live: "sse" | "long-poll", messages: number): Promise<number[]> {
  const seen: number[] = []
  let offset = "-1"
  while (seen.length < messages) {
    const following = await stream<number>({ url, offset, live, backoffOptions })
    following.subscribeJson<number>((batch) => {
      seen.push(...batch.items)
      offset = batch.offset
      if (seen.length >= messages) following.cancel()
    })
    await following.closed.catch((error: Error) => {
      if (live !== "sse") throw error
    })
  }
  return seen
}

for (const live of ["sse", "long-poll"] as const)
  test(`durable streams: its client follows a feed by ${live} through kill -9 of the hub`, {
    timeout,
  }, async () => {
    await using folder = await tempDir()
    let hub = await startHubProcess(folder.path)
    try {
      const port = ["--port", new URL(hub.address).port]
      const url = `${hub.address}/streams/lab/numbers`
      const feed = new DurableStream({ url, contentType, backoffOptions })
      await feed.create()
      const seen = follow(url, live, MESSAGES)
      for (const number of counted(0, MESSAGES)) {
        if (number === 100 || number === 200) {
          await hub.kill()
          hub = await startHubProcess(folder.path, port)
        }
        await feed.append(String(number))
      }
      assert.deepEqual(await seen, counted(0, MESSAGES))
    } finally {
      await hub[Symbol.asyncDispose]()
    }
  })

test("durable streams: what its client's producer sends again is stored once", { timeout }, async () => {
  await using folder = await tempDir()
  await using hub = await startHub({ port: 0, data: folder.path })
  const feed = await DurableStream.create({ url: `${hub.address}/streams/numbers`, contentType })
  // Each answer is lost once, after the hub has stored what was sent.
  const lost: number[] = []
  const again: typeof fetch = async (...wish) => {
    lost.push((await fetch(...wish)).status)
    return fetch(...wish)
  }
  for (const epoch of [0, 1]) {
    const errors: Error[] = []
    const producer = new IdempotentProducer(feed, "counter", {
      ...{ epoch, fetch: again, maxBatchBytes: 20 },
      onError: (error) => errors.push(error),
    })
    for (const number of counted(50 * epoch, 50 * (epoch + 1))) producer.append(String(number))
    await producer.flush()
    assert.deepEqual(errors, [])
  }
  assert.ok(lost.length >= 4 && lost.includes(200))
  assert.deepEqual(await (await feed.stream({ live: false })).json(), counted(0, 100))
})

test("durable streams: its client's producer at full speed, in batches of a megabyte", {
  timeout,
}, async () => {
  await using folder = await tempDir()
  await using hub = await startHub({ port: 0, data: folder.path })
  const feed = await DurableStream.create({ url: `${hub.address}/streams/fast`, contentType })
  const errors: Error[] = []
  const producer = new IdempotentProducer(feed, "fast", { onError: (error) => errors.push(error) })
  const values = counted(0, 30_000).map((n) => `${n} ${"x".repeat(120)}`)
  for (const value of values) producer.append(JSON.stringify(value))
  await producer.close()
  assert.deepEqual(errors, [])
  assert.deepEqual(await (await feed.stream({ live: false })).json(), values)
  const head = await feed.head()
  assert.ok(head.exists && head.streamClosed)
})
