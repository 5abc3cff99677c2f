import { connect, type Socket } from "node:net"
import { PROBE_PATH, PROBE_UPGRADE } from "../../protocol/probe.ts"
import { ProbeStream } from "../../protocol/probe-stream.ts"
import { closed, notAHub, placeText, silent, strangeAnswer } from "./line-errors.ts"
import { OPEN_MS, type ProbePort, type ProbePortEvents, type ProbePortOptions } from "./probe-port.ts"

const READ_BYTES = 128 * 1024
const ANSWER_BYTES_MAX = 16 * 1024

/**
 * A TCP connection that an HTTP Upgrade has turned over to probes.
 * @throws LandlineError no_hub where something else listens; what the system says where nothing does
 */
export function openTcp(options: ProbePortOptions, events: ProbePortEvents): Promise<ProbePort> {
  const { promise, resolve, reject } = Promise.withResolvers<ProbePort>()
  const stream = new ProbeStream()
  let answer: Buffer | undefined = Buffer.alloc(0) // until it was read
  let receivedMs = 0
  const received = (probe: Uint8Array) => events.received(probe, receivedMs)

  const fail = (error: Error) => {
    clearTimeout(timer)
    socket.destroy()
    if (answer) reject(error)
    else events.ended(error)
  }

  const probes = (bytes: Uint8Array) => {
    if (!stream.push(bytes, received))
      fail(notAHub(options, "stopped sending replies and sent something else"))
  }

  const upgraded = (bytes: Uint8Array) => {
    answer = Buffer.concat([answer!, bytes])
    const end = answer.indexOf("\r\n\r\n")
    const isHttp = "HTTP/1.1 101".startsWith(answer.toString("latin1", 0, 12))
    if (end < 0 && isHttp && answer.length < ANSWER_BYTES_MAX) return
    if (!isHttp || !isOurs(answer.toString("latin1", 0, end))) return fail(strangeAnswer(options, answer))
    const rest = answer.subarray(end + 4)
    answer = undefined
    clearTimeout(timer)
    resolve(new TcpPort(socket, options.port))
    if (rest.length > 0) probes(rest)
  }

  const { host, port } = options
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  const socket = connect({
    host,
    port,
    noDelay: true,
    // One buffer that is read into again and again: nothing is made for a reply.
    onread: {
      buffer,
      callback(length) {
        receivedMs = performance.now()
        const bytes = buffer.subarray(0, length)
        if (answer) upgraded(bytes)
        else probes(bytes)
        return true
      },
    },
  })
  const timer = setTimeout(() => {
    const late = Object.assign(new Error(), { code: "ETIMEDOUT" })
    fail(socket.connecting ? late : silent(options))
  }, OPEN_MS)
  socket.on("connect", () =>
    socket.write(
      `GET ${PROBE_PATH} HTTP/1.1\r\nHost: ${placeText(options)}\r\nConnection: Upgrade\r\nUpgrade: ${PROBE_UPGRADE}\r\n\r\n`,
    ),
  )
  socket.on("error", fail)
  socket.on("end", () => fail(answer?.length ? strangeAnswer(options, answer) : closed(options)))
  return promise
}

/** RFC 9110 section 7.8: the answer names the protocol that is spoken from here on. */
const isOurs = (head: string): boolean => new RegExp(`^upgrade: *${PROBE_UPGRADE} *\r?$`, "im").test(head)

class TcpPort implements ProbePort {
  readonly address: string
  readonly port: number
  readonly #socket: Socket

  constructor(socket: Socket, port: number) {
    this.#socket = socket
    this.address = socket.remoteAddress!
    this.port = port
  }

  send(probe: Uint8Array): boolean {
    this.#socket.write(probe)
    return this.#socket.writableLength === 0
  }

  close(): void {
    this.#socket.destroy()
  }
}
