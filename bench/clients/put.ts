import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { nowMs } from "../support/clock.ts"
import { sha256Of } from "../support/files.ts"
import type { PutOrder, PutReport } from "./putter.ts"

/**
 * The client that PUTs many files over a few connections, a process of its own. When all are there, it says so
 * with the time of each, then gets every one of them back, compares its SHA-256 and ends with 0.
 */

const blockBytesMax = 128 * 1024

const { url, files, warmup, bytes, atOnce, bytesPerSecond }: PutOrder = JSON.parse(process.argv[2]!)
const base = new URL(url)
const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
const block = randomBytes(Math.min(bytes, blockBytesMax))
const paths = new Map<number, string>()
let handedOver = 0
let startMs = nowMs()

/** The bytes of file `n`: its number, and random ones that all have. */
function* content(n: number): Generator<Buffer> {
  const first = Buffer.from(block)
  first.writeDoubleLE(n)
  yield first
  for (let at = block.length; at < bytes; at += block.length) yield block
}

function ask(method: string, path: string): ClientRequest {
  const headers = { accept: "application/json", ...(method === "PUT" && { "content-length": bytes }) }
  return request(new URL(path, base), { method, agent, headers })
}

async function answerTo(asked: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(asked, "response")) as [IncomingMessage]
  if (answer.statusCode! < 300) return answer
  throw new Error(`${asked.method} ${asked.path}: ${answer.statusCode} ${await textOf(answer)}`)
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ""
  for await (const chunk of answer) text += chunk
  return text
}

async function put(n: number): Promise<void> {
  const asked = ask("PUT", `${base.pathname}bench-${n}.bin`)
  const answered = answerTo(asked).then(textOf)
  answered.catch(() => asked.destroy()) // it is awaited below
  for (const piece of content(n)) {
    if (!asked.write(piece)) await Promise.race([once(asked, "drain"), answered])
    handedOver += piece.length
    if (bytesPerSecond) await sleep(Math.max(0, startMs + (handedOver / bytesPerSecond) * 1_000 - nowMs()))
  }
  asked.end()
  const text = await answered
  // A hub gives the file an address of its own; other servers keep it where it was put.
  paths.set(n, text.startsWith("{") ? JSON.parse(text).path : asked.path)
}

async function verify(n: number): Promise<void> {
  const expected = createHash("sha256")
  for (const piece of content(n)) expected.update(piece)
  const asked = ask("GET", paths.get(n)!)
  const answered = answerTo(asked)
  asked.end()
  const found = await sha256Of(await answered)
  if (found !== expected.digest("hex")) throw new Error(`${paths.get(n)} is not what was put there.`)
}

async function each(from: number, to: number, step: (n: number) => Promise<void>): Promise<void> {
  let next = from
  const lane = async () => {
    while (next < to) await step(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

const report = (message: PutReport) => process.send!(message)
process.on("disconnect", () => process.exit())

await each(0, warmup, put)
handedOver = 0
startMs = nowMs()
report({ op: "begun" })
const tookMs: number[] = []
await each(warmup, warmup + files, async (n) => {
  await put(n)
  tookMs.push(nowMs() - startMs)
})
report({ op: "sent", tookMs })
await each(0, warmup + files, verify)
process.exit(0)
