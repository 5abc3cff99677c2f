import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, STATUS_CODES } from "node:http"
import type { Socket } from "node:net"
import { concat } from "../../../protocol/lab/bytes.ts"
import { diagnoseHandshake, diagnoseStart, type Refusal } from "../../../protocol/lab/feed-diagnosis.ts"
import { type FeedWant, WANTS } from "../../../protocol/lab/feed-messages.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { limits } from "../../../protocol/limits.ts"
import { addressText } from "../listener.ts"
import type { LabLog } from "../log.ts"
import type { FeedSettings } from "./server.ts"

/** What is known of a client when its handshake is done. */
export interface Opening {
  readonly address: string
  readonly want: FeedWant
  /** What came after the handshake already, and where in the stream. */
  readonly head: Uint8Array
  readonly at: number
}

interface Pending {
  readonly address: string
  /** The first bytes, for a diagnosis. */
  bytes: Uint8Array
  /** They are no HTTP. */
  wrong: boolean
  settle(): void
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" // RFC 6455 1.3

/** Sockets on their way to a WebSocket. Nothing of HTTP is served but the handshake. */
export class Handshakes {
  readonly #log: LabLog
  readonly #settings: FeedSettings
  readonly #onOpen: (socket: Socket, opening: Opening) => void
  readonly #pending = new Map<Socket, Pending>()
  // Never listens: it reads the requests of sockets that it is handed.
  readonly #http = createServer({ maxHeaderSize: labLimits.feedHeadBytesMax })

  constructor(log: LabLog, settings: FeedSettings, onOpen: (socket: Socket, opening: Opening) => void) {
    this.#log = log
    this.#settings = settings
    this.#onOpen = onOpen
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket as Socket, head))
    this.#http.on("request", (request) => this.#upgrade(request, request.socket, new Uint8Array()))
    this.#http.on("clientError", (error, socket) => this.#notHttp(error, socket as Socket))
  }

  /** @param firstBytes what was read of the socket already */
  take(socket: Socket, firstBytes: Uint8Array): void {
    const { timeoutMs } = this.#settings
    const timer = setTimeout(() => this.#giveUp(socket, `nothing for ${timeoutMs / 1000} s`), timeoutMs)
    const pending: Pending = {
      address: addressText(socket.remoteAddress, socket.remotePort),
      bytes: new Uint8Array(),
      wrong: false,
      settle: () => {
        clearTimeout(timer)
        this.#pending.delete(socket)
        socket.off("data", onData)
      },
    }
    const onData = (chunk: Buffer) => {
      if (pending.bytes.length < labLimits.feedHeadBytesMax) pending.bytes = concat([pending.bytes, chunk])
    }
    this.#pending.set(socket, pending)
    if (firstBytes.length > 0) socket.unshift(firstBytes)
    this.#http.emit("connection", socket)
    socket.prependListener("data", onData).once("close", pending.settle) // before the parser, which acts at once
  }

  /** Lets go of those that have not shown what they want. */
  close(): void {
    for (const socket of [...this.#pending.keys()]) socket.destroy()
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Uint8Array): void {
    const pending = this.#pending.get(socket)
    if (!pending) return
    const at = socket.bytesRead - head.length
    const { method = "", url = "", headers } = request
    const refusal = diagnoseHandshake(
      { method, path: url, headers, head: pending.bytes.subarray(0, at) },
      this.#settings.ports,
    )
    pending.settle()
    if (refusal) return this.#refuse(socket, pending.address, refusal)
    const chosen = new URLSearchParams(url.split("?")[1]).get("want")
    const want = WANTS.find((known) => known === chosen) ?? this.#settings.want
    const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${GUID}`).digest("base64")
    // No Sec-WebSocket-Extensions: compression that is offered is declined, since its memory is per client.
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    this.#onOpen(socket, { address: pending.address, want, head, at })
  }

  #refuse(socket: Socket, address: string, refusal: Refusal): void {
    this.#log.diagnosis(refusal, address)
    const { status, expected, got, mend } = refusal
    const text = `Expected ${expected}, got ${got}. ${mend}\n`
    const lines = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Connection: close, Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(text)}`,
    ]
    letGo(socket, `${lines.join("\r\n")}\r\n\r\n${text}`)
  }

  /** Bytes that come within a pause belong to the evidence. */
  #notHttp(error: NodeJS.ErrnoException, socket: Socket): void {
    const pending = this.#pending.get(socket)
    if (!pending) return
    if (error.code === "ECONNRESET") {
      this.#log.warning("handle_client", `The connection from ${pending.address} was reset by the peer`)
      socket.destroy()
    } else if (error.code === "HPE_HEADER_OVERFLOW")
      this.#giveUp(socket, `more than ${labLimits.feedHeadBytesMax} bytes`)
    else if (socket.readableEnded)
      this.#giveUp(socket, pending.wrong ? undefined : "the end of the connection")
    else {
      pending.wrong = true
      setTimeout(() => this.#giveUp(socket), this.#settings.pauseMs)
    }
  }

  /** @param got why nothing more is waited for; left out, what came is no HTTP */
  #giveUp(socket: Socket, got?: string): void {
    const pending = this.#pending.get(socket)
    if (!pending) return
    pending.settle()
    this.#log.diagnosis(diagnoseStart(pending.bytes, this.#settings.ports, got), pending.address)
    letGo(socket)
  }
}

/** Ends a socket after its last words, whatever its peer does. */
function letGo(socket: Socket, words = ""): void {
  socket.removeAllListeners("data").on("error", () => {})
  socket.resume() // what it still sends is not answered by a reset, which would take our words away
  socket.end(words)
  const timer = setTimeout(() => socket.destroy(), limits.closeTimeoutMs)
  socket.once("end", () => socket.destroySoon()).once("close", () => clearTimeout(timer))
}
