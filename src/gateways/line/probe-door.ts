import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { type RawData, type WebSocket, WebSocketServer } from "ws"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { PROBE_BYTES_MAX, PROBE_UPGRADE } from "../../protocol/probe.ts"
import { ProbeReplies } from "../../protocol/probe-replies.ts"
import { ProbeStream } from "../../protocol/probe-stream.ts"
import { unixMs } from "../../protocol/unix-ms.ts"
import { FairReader } from "./fair-reader.ts"
import { Places } from "./places.ts"

const SWITCHING = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PROBE_UPGRADE}\r\n\r\n`

/** Answers probes on the hub's own port: over plain TCP after an HTTP Upgrade, and over WebSocket. */
export class ProbeDoor {
  readonly #open = new Set<Socket>()
  readonly #places = new Places(limits.probeConnectionsMax)
  #closing = false
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: PROBE_BYTES_MAX,
  })

  /** @throws LandlineError bad_request | too_many | stopping */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#closing) throw new LandlineError("stopping") // or a hub that stops would wait for it
    const wanted = request.headers.upgrade?.toLowerCase()
    if (wanted !== "websocket" && wanted !== PROBE_UPGRADE)
      throw new LandlineError("bad_request", {}, `Here a connection becomes websocket or ${PROBE_UPGRADE}.`)
    this.#places.take(socket)
    this.#open.add(socket)
    socket.once("close", () => this.#open.delete(socket))
    socket.setNoDelay(true)
    socket.on("timeout", () => socket.destroy())
    if (wanted === "websocket")
      this.#server.handleUpgrade(request, socket, head, (ws) => answerMessages(ws, socket))
    else answerStream(socket, head)
    socket.setTimeout(limits.probeIdleMs) // only now: WebSocket puts an end to any timeout
  }

  /** Ends all connections, and takes no more. */
  close(): void {
    this.#closing = true
    for (const socket of this.#open) socket.destroy()
  }
}

const newReplies = () => new ProbeReplies({ now: unixMs, runsMax: limits.probeRunsMax })

function answerStream(socket: Socket, head: Buffer): void {
  const replies = newReplies()
  const stream = new ProbeStream()
  const reader = new FairReader(socket, socket)
  const take = (chunk: Buffer) => {
    const receivedMs = unixMs()
    const fine = stream.push(chunk, (probe) => {
      // A copy, since the chunk is read into again while what was written may still wait.
      const reply = Buffer.from(probe)
      if (replies.answer(reply, receivedMs)) socket.write(reply)
    })
    if (!fine) return socket.destroySoon()
    reader.took(chunk.length)
  }
  socket.on("error", () => {})
  socket.on("end", () => socket.end())
  socket.on("data", take)
  socket.write(SWITCHING)
  if (head.length > 0) take(head)
}

function answerMessages(ws: WebSocket, socket: Socket): void {
  const replies = newReplies()
  const reader = new FairReader(ws, socket)
  ws.on("error", () => {})
  ws.on("message", (data: RawData, isBinary) => {
    const receivedMs = unixMs()
    if (!isBinary || !replies.answer(data as Buffer, receivedMs)) return ws.close(4400, "bad_request")
    ws.send(data as Buffer)
    reader.took((data as Buffer).length)
  })
}
