import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { type HubProcess, startHubProcess } from "../support/hub-process.ts"
import { random, SEED } from "../support/random.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 120_000
const MESSAGES = 4_000
const READERS = 4
const CUT_AFTER_BYTES_MAX = 300_000
const RETRY_MS = 20

type Message = [number, string]

/** What one request gave: whole messages, and the place after them. */
interface Gained {
  readonly messages: Message[]
  readonly next: string
}

/** Publishes all messages in batches, each until it is stored, by a producer's number: so none is stored twice. */
async function publish(
  url: string,
  messages: readonly Message[],
  chance: () => number,
  onStored: (messages: number) => void,
): Promise<void> {
  let seq = 0
  for (let from = 0; from < messages.length; seq++) {
    const to = from + 1 + Math.floor(chance() * 40)
    await stored(url, JSON.stringify(messages.slice(from, to)), seq)
    onStored(to)
    from = to
  }
}

async function stored(url: string, body: string, seq: number): Promise<void> {
  const producer = { "Producer-Id": "writer", "Producer-Epoch": "0", "Producer-Seq": String(seq) }
  const headers = { "Content-Type": "application/json", ...producer }
  for (;;) {
    const answer = await fetch(url, { method: "POST", headers, body }).catch(() => undefined)
    if (answer?.ok) return
    if (answer && answer.status < 500) throw new Error(`${answer.status} ${await answer.text()}`)
    await pause(RETRY_MS) // the hub is down
  }
}

/** Reads until it has all, by any kind of read, each cut after some bytes or not at all. */
async function read(url: string, chance: () => number): Promise<{ seen: Message[]; cuts: number }> {
  const seen: Message[] = []
  let cuts = 0
  let offset = "-1"
  while (seen.length < MESSAGES) {
    const live = ["", "&live=sse", "&live=long-poll"][Math.floor(chance() * 3)]!
    const cutAfter = chance() * CUT_AFTER_BYTES_MAX
    const enough = MESSAGES - seen.length
    const { gained, cut } = await request(`${url}?offset=${offset}${live}`, cutAfter, enough)
    for (const { messages, next } of gained) {
      assert.ok(next >= offset, "places only move on")
      seen.push(...messages)
      offset = next
    }
    if (cut) cuts++
    else await pause(RETRY_MS)
  }
  return { seen, cuts }
}

async function request(
  url: string,
  cutAfter: number,
  enough: number,
): Promise<{ gained: Gained[]; cut: boolean }> {
  const cutting = new AbortController()
  let body = ""
  let answer: Response | undefined
  try {
    answer = await fetch(url, { signal: cutting.signal })
    assert.ok([200, 204].includes(answer.status), `${answer.status}`)
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      body += chunk
      if (body.length < cutAfter && !(isEvents(answer) && has(eventsOf(body), enough))) continue
      cutting.abort()
      break
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return { gained: answer && isEvents(answer) ? eventsOf(body) : [], cut: true } // cut, or the hub is down
  }
  if (isEvents(answer)) return { gained: eventsOf(body), cut: cutting.signal.aborted }
  if (cutting.signal.aborted || body === "") return { gained: [], cut: cutting.signal.aborted }
  const next = answer.headers.get("Stream-Next-Offset")!
  return { gained: [{ messages: JSON.parse(body), next }], cut: false }
}

const isEvents = ({ headers }: Response) => headers.get("Content-Type") === "text/event-stream"

const has = (gained: Gained[], enough: number) =>
  gained.reduce((sum, { messages }) => sum + messages.length, 0) >= enough

/** Events that came whole: messages count when the place after them has come too. */
function eventsOf(body: string): Gained[] {
  let messages: Message[] = []
  return body
    .slice(0, body.lastIndexOf("\n\n") + 1)
    .split("\n\n")
    .flatMap((event) => {
      const [, kind, data = ""] = /^event: (.*)\ndata:(.*)/.exec(event) ?? []
      if (kind === "data") messages = JSON.parse(data)
      if (kind !== "control") return []
      const gained = { messages, next: JSON.parse(data).streamNextOffset }
      messages = []
      return [gained]
    })
}

test(`streams: readers cut anywhere, of a hub that is killed, end with the identical sequence (SEED=${SEED})`, {
  timeout,
}, async () => {
  await using folder = await tempDir()
  let hub: HubProcess = await startHubProcess(folder.path)
  try {
    const port = ["--port", new URL(hub.address).port]
    const url = `${hub.address}/streams/lab/cuts`
    await fetch(url, { method: "PUT", headers: { "Content-Type": "application/json" } })
    const messages = Array.from({ length: MESSAGES }, (_, n): Message => [n, "x".repeat((n * 37) % 1_000)])
    const readers = Array.from({ length: READERS }, (_, n) => read(url, random(SEED * 100 + n)))
    const restart = async () => {
      await hub.kill()
      hub = await startHubProcess(folder.path, port)
    }
    const kills = [MESSAGES / 3, (MESSAGES * 2) / 3]
    let restarted = Promise.resolve()
    await publish(url, messages, random(SEED), (stored) => {
      if (stored < (kills[0] ?? Infinity)) return
      kills.shift()
      restarted = restarted.then(restart) // in the middle of what follows
    })
    await restarted
    assert.equal(kills.length, 0)
    for (const { seen, cuts } of await Promise.all(readers)) {
      assert.ok(cuts > 3, `${cuts} cuts`)
      assert.deepEqual(seen, messages)
    }
  } finally {
    await hub[Symbol.asyncDispose]()
  }
})
