import { randomBytes } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { setImmediate } from "node:timers/promises"
import type { FastifyInstance, FastifyRequest } from "fastify"
import { z } from "zod"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { sendContinue } from "./bodies.ts"
import { deliver } from "./deliver.ts"
import type { HttpParts } from "./gateway.ts"
import { parsedQuery } from "./query.ts"

const PIECE_BYTES = 64 * 1024
const PIECES_AT_ONCE = 16 // to a peer as fast as the hub; then everybody else has a turn
/** A line that compresses must not look faster than it is. */
const PIECE = randomBytes(PIECE_BYTES)

const TurnQuery = z.object({ together: z.string().optional() })
const ThroughputQuery = z.object({
  turn: z.string().max(100),
  bytes: z.coerce.number().int().min(1).max(limits.throughputBytesMax).default(limits.throughputBytesMax),
})

type TurnRequest = FastifyRequest<{ Params: { turn: string } }>

/** Who answers, and how good the line is. PROTOCOL.md 12 and 13. */
export function registerLine(app: FastifyInstance, parts: HttpParts): void {
  const { hub, addresses, check } = parts
  const { turns, exchanges } = check
  app.get("/hello", async (request, reply) =>
    reply.send({ hub, time: Date.now(), address: addressOf(request), addresses: addresses() }),
  )

  app.post("/line/turns", async (request, reply) => {
    const { together } = parsedQuery(TurnQuery, request)
    return reply.status(201).send(turns.take(addressOf(request), together !== undefined))
  })
  app.get("/line/turns/:turn", async ({ params }: TurnRequest, reply) => reply.send(turns.ask(params.turn)))
  app.delete("/line/turns/:turn", async ({ params }: TurnRequest, reply) => {
    turns.end(params.turn)
    return reply.status(204).send()
  })

  app.get("/sums/:run", async ({ params }: FastifyRequest<{ Params: { run: string } }>, reply) => {
    const lines = exchanges.transcript(params.run)
    if (!lines) throw new LandlineError("not_found", {}, "The hub has no transcript of that run any more.")
    return reply.type("application/x-ndjson; charset=utf-8").send(lines.map((line) => `${line}\n`).join(""))
  })

  app.get("/line/download", async (request, reply) => {
    const { turn, bytes } = parsedQuery(ThroughputQuery, request)
    const over = turns.transfer(turn)
    reply.hijack()
    reply.raw.setTimeout(limits.throughputMs)
    reply.raw.writeHead(200, { "Content-Type": "application/octet-stream", "Cache-Control": "no-store" })
    await deliver(reply.raw, pieces(bytes)).finally(over)
  })

  app.post("/line/upload", { config: { upload: true } }, async (request, reply) => {
    const { turn } = parsedQuery(ThroughputQuery, request)
    const over = turns.transfer(turn)
    sendContinue(request.raw, reply.raw)
    return reply.send(await received(request.raw).finally(over))
  })
}

/** How the hub sees the client: an IPv4 address as such. */
const addressOf = ({ raw }: FastifyRequest): string =>
  (raw.socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "")

/** Random bytes for as long as a test may take. */
export async function* pieces(bytes: number): AsyncGenerator<Uint8Array> {
  const end = performance.now() + limits.throughputMs
  let count = 0
  for (let left = bytes; left > 0 && performance.now() < end; left -= PIECE_BYTES) {
    if (++count % PIECES_AT_ONCE === 0) await setImmediate()
    yield left < PIECE_BYTES ? PIECE.subarray(0, left) : PIECE
  }
}

/** Counts a body and keeps nothing of it. @returns ms from the first byte to the last */
function received(request: IncomingMessage): Promise<{ bytes: number; ms: number }> {
  return new Promise((resolve) => {
    let [bytes, first, last] = [0, 0, 0]
    const done = () => {
      clearTimeout(timer)
      request.off("data", take).pause()
      resolve({ bytes, ms: last - first })
    }
    const take = (chunk: Buffer) => {
      last = performance.now()
      if (bytes === 0) first = last
      bytes += chunk.length
      if (bytes >= limits.throughputBytesMax) done()
    }
    const timer = setTimeout(done, limits.throughputMs)
    request.on("data", take).once("end", done).once("close", done)
  })
}
