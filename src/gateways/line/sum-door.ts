import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { type RawData, WebSocket, WebSocketServer } from "ws"
import type { ExchangePeer } from "../../capabilities/check/exchange-peer.ts"
import type { Exchanges } from "../../capabilities/check/exchanges.ts"
import { ERRORS, LandlineError, toLandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { FairReader } from "./fair-reader.ts"
import { Places } from "./places.ts"

export interface SumDoorParts {
  readonly exchanges: Exchanges
  readonly hub: { readonly name: string }
  /** Told of what should never happen. */
  onDefect(cause: unknown): void
}

/** Those of `limits` that a test makes smaller. */
export type SumLimits = { readonly [L in "sumConnectionsMax" | "sumIdleMs"]: number }

/** The door of verified exchanges: WebSocket, binary messages (PROTOCOL.md section 13). */
export class SumDoor {
  readonly #parts: SumDoorParts
  readonly #limits: SumLimits
  readonly #open = new Map<WebSocket, ExchangePeer>()
  readonly #places: Places
  #closing = false
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false, // what is on the line is to be what was sent
    maxPayload: limits.sumMessageBytesMax,
  })

  constructor(parts: SumDoorParts, bounds: Partial<SumLimits> = {}) {
    this.#parts = parts
    this.#limits = { ...limits, ...bounds }
    this.#places = new Places(this.#limits.sumConnectionsMax)
  }

  /** @throws LandlineError bad_request | too_many | stopping */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#closing) throw new LandlineError("stopping")
    if (request.headers.upgrade?.toLowerCase() !== "websocket")
      throw new LandlineError("bad_request", {}, "Here a connection becomes websocket.")
    this.#places.take(socket)
    this.#server.handleUpgrade(request, socket, head, (ws) => this.#begin(ws, socket))
  }

  /** Tells everybody that the hub stops, and waits until they are gone. */
  async close(): Promise<void> {
    this.#closing = true
    const gone = [...this.#open.keys()].map((ws) => new Promise((resolve) => ws.once("close", resolve)))
    for (const [ws, peer] of this.#open) refuse(ws, peer, new LandlineError("stopping"))
    await Promise.all(gone)
  }

  #begin(ws: WebSocket, socket: Socket): void {
    const { exchanges, hub, onDefect } = this.#parts
    const peer = exchanges.open(hub.name)
    this.#open.set(ws, peer)
    socket.setNoDelay(true)
    socket.setTimeout(this.#limits.sumIdleMs, () => ws.terminate())
    const reader = new FairReader(ws, socket)
    ws.on("error", () => {}) // `close` follows
    ws.on("message", (data: RawData, isBinary) => {
      if (ws.readyState !== WebSocket.OPEN) return
      try {
        if (!isBinary) throw new LandlineError("bad_request", {}, "Exchanges come in binary messages.")
        peer.receive(data as Buffer)
        send(ws, peer)
        if (peer.over) close(ws, 1000)
        else reader.took((data as Buffer).length)
      } catch (cause) {
        const error = toLandlineError(cause)
        if (error.code === "internal") onDefect(error.cause)
        refuse(ws, peer, error)
      }
    })
    ws.on("close", () => {
      this.#open.delete(ws)
      peer.leave()
    })
  }
}

function send(ws: WebSocket, peer: ExchangePeer): void {
  const bytes = peer.take()
  if (bytes) ws.send(bytes)
}

/** Tells why, after what was answered already, and closes. */
function refuse(ws: WebSocket, peer: ExchangePeer, error: LandlineError): void {
  if (ws.readyState !== WebSocket.OPEN) return
  peer.refuse(error)
  send(ws, peer)
  close(ws, ERRORS[error.code].close || ERRORS.internal.close, error.code)
}

/** A peer that does not take its close is cut. */
function close(ws: WebSocket, code: number, reason?: string): void {
  ws.close(code, reason)
  ws.resume() // its close must be read to be seen
  setTimeout(() => ws.terminate(), limits.closeTimeoutMs).unref()
}
