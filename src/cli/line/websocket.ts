import type { IncomingMessage } from "node:http"
import WebSocket from "ws"
import { PROBE_BYTES_MAX, PROBE_PATH } from "../../protocol/probe.ts"
import { closed, notAHub, placeText, silent, strangeAnswer } from "./line-errors.ts"
import { OPEN_MS, type ProbePort, type ProbePortEvents, type ProbePortOptions } from "./probe-port.ts"

/** An error of Node's HTTP parser brings what it could not read. */
type HttpError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer }

/**
 * A WebSocket on which each binary message is a probe.
 * @throws LandlineError no_hub where something else listens; what the system says where nothing does
 */
export function openWebSocket(options: ProbePortOptions, events: ProbePortEvents): Promise<ProbePort> {
  const { promise, resolve, reject } = Promise.withResolvers<ProbePort>()
  let connected = false
  let open = false

  const fail = (error: Error) => {
    clearTimeout(timer)
    ws.terminate()
    if (open) events.ended(error)
    else reject(error)
  }

  const ws = new WebSocket(`ws://${placeText(options)}${PROBE_PATH}`, {
    perMessageDeflate: false,
    maxPayload: PROBE_BYTES_MAX,
    finishRequest(request) {
      request.once("socket", (socket) =>
        socket.once("connect", () => {
          connected = true
        }),
      )
      request.end()
    },
  })
  const timer = setTimeout(() => {
    const late = Object.assign(new Error(), { code: "ETIMEDOUT" })
    fail(connected ? silent(options) : late)
  }, OPEN_MS)
  ws.on("message", (data) => events.received(data as Buffer, performance.now()))
  ws.on("upgrade", ({ socket: { remoteAddress } }: IncomingMessage) => {
    ws.on("open", () => {
      clearTimeout(timer)
      open = true
      resolve(new WebSocketPort(ws, remoteAddress!, options.port))
    })
  })
  ws.on("unexpected-response", (_, { statusCode }) =>
    fail(notAHub(options, `answered with HTTP status ${statusCode}`)),
  )
  ws.on("error", (error: HttpError) => {
    if (error.rawPacket) return fail(strangeAnswer(options, error.rawPacket))
    fail(error.code || open ? error : notAHub(options, "does not become a WebSocket"))
  })
  ws.on("close", () => fail(closed(options)))
  return promise
}

class WebSocketPort implements ProbePort {
  readonly address: string
  readonly port: number
  readonly #ws: WebSocket

  constructor(ws: WebSocket, address: string, port: number) {
    this.#ws = ws
    this.address = address
    this.port = port
  }

  send(probe: Uint8Array): boolean {
    this.#ws.send(probe)
    return true // ws masks a copy (RFC 6455 section 5.3)
  }

  close(): void {
    this.#ws.terminate()
  }
}
