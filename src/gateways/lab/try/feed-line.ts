import { createHash, randomBytes } from "node:crypto"
import { concat } from "../../../protocol/lab/bytes.ts"
import { decodeText } from "../../../protocol/lab/diagnosis.ts"
import { encodeFrame } from "../../../protocol/lab/feed-frames.ts"
import type { Attempt } from "./attempt.ts"
import { fail, type TriedServer } from "./case.ts"
import { end } from "./steps.ts"

const SETTLE_MS = 40
/** What a line asks to see whether it goes on. */
export const STILL_THERE = "still there?"
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" // RFC 6455 1.3
export const OPCODES = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const

/** A frame that a server sent. */
interface ServerFrame {
  readonly opcode: number
  readonly final: boolean
  readonly body: Uint8Array
}

/** What a server has sent after the handshake. */
interface ServerFrames {
  readonly frames: readonly ServerFrame[]
  /** Why nothing behind them can be read: a sentence, and the place of what is wrong. */
  readonly fault?: string
  readonly at?: number
}

/** Reads the frames that are whole (RFC 6455 5.2); without an extension, and without a mask, as a server sends. */
export function readFrames(bytes: Uint8Array): ServerFrames {
  const frames: ServerFrame[] = []
  for (let rest = bytes; rest.length >= 2; ) {
    const at = bytes.length - rest.length
    const [first, second] = [rest[0]!, rest[1]!]
    if ((second & 0x80) !== 0)
      return { frames, at, fault: "A frame is masked, which only a client's are (RFC 6455 5.1)." }
    if ((first & 0x70) !== 0)
      return { frames, at, fault: "A frame uses an extension that nobody had offered (RFC 6455 5.2)." }
    const lengthBytes = second === 126 ? 2 : second === 127 ? 8 : 0
    const bodyAt = 2 + lengthBytes
    if (rest.length < bodyAt) break
    const view = new DataView(rest.buffer, rest.byteOffset, bodyAt)
    const length =
      lengthBytes === 0 ? second : lengthBytes === 2 ? view.getUint16(2) : Number(view.getBigUint64(2))
    if (rest.length < bodyAt + length) break
    frames.push({
      opcode: first & 0x0f,
      final: (first & 0x80) !== 0,
      body: rest.subarray(bodyAt, bodyAt + length),
    })
    rest = rest.subarray(bodyAt + length)
  }
  return { frames }
}

/** A frame as a client sends it (RFC 6455 5.1): masked, whole or a fragment. */
export function clientFrame(
  type: keyof typeof OPCODES,
  text: string | Uint8Array,
  { final = true, masked = true } = {},
): Uint8Array {
  const body = typeof text === "string" ? new TextEncoder().encode(text) : text
  const whole = encodeFrame("text", body)
  const head = whole.slice(0, whole.length - body.length)
  head[0] = (final ? 0x80 : 0) | OPCODES[type]
  if (!masked) return concat([head, body])
  head[1]! |= 0x80
  const mask = randomBytes(4)
  return concat([head, mask, body.map((byte, at) => byte ^ mask[at & 3]!)])
}

/** A client's opening handshake (RFC 6455 4.1), and what a server must answer to it. */
export class Handshake {
  readonly #key = randomBytes(16).toString("base64")

  get request(): string {
    const lines = [
      "GET / HTTP/1.1",
      "Host: localhost",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${this.#key}`,
      "Sec-WebSocket-Version: 13",
    ]
    return `${lines.join("\r\n")}\r\n\r\n`
  }

  /** What is wrong with the head of an answer (RFC 6455 4.2.2), as a sentence. */
  wrongIn(head: string): string | undefined {
    if (!head.startsWith("HTTP/1.1 101 "))
      return `The handshake was answered with "${head.split("\r\n")[0]}".`
    const fields = new Map(
      head.split("\r\n").map((line) => {
        const [name = "", value = ""] = line.split(/:(.*)/)
        return [name.toLowerCase(), value.trim()]
      }),
    )
    const accept = createHash("sha1").update(`${this.#key}${GUID}`).digest("base64")
    if (fields.get("upgrade")?.toLowerCase() !== "websocket")
      return "The answer to the handshake has no Upgrade: websocket."
    if (!/\bupgrade\b/i.test(fields.get("connection") ?? ""))
      return "The answer to the handshake has no Connection: Upgrade."
    if (fields.get("sec-websocket-accept") !== accept)
      return `Sec-WebSocket-Accept is not ${accept}, which follows from the key of this handshake.`
    return undefined
  }
}

const HEAD_END = "\r\n\r\n"

/** A WebSocket over one connection to a feed server that is tried. */
export class FeedLine {
  readonly attempt: Attempt
  readonly #timeoutMs: number
  #head: number | undefined

  private constructor(attempt: Attempt, timeoutMs: number) {
    this.attempt = attempt
    this.#timeoutMs = timeoutMs
  }

  /**
   * Shakes hands. Ends the case where that fails.
   * @param send how the handshake goes out; left out: in one write
   */
  static async open(
    server: TriedServer,
    send: (attempt: Attempt, request: string) => unknown = (attempt, request) => attempt.send(request),
  ): Promise<FeedLine> {
    const attempt = await server.connect()
    const handshake = new Handshake()
    await send(attempt, handshake.request)
    const line = new FeedLine(attempt, server.timeoutMs)
    const isAnswered = await attempt.until(() => line.#headBytes !== undefined, server.timeoutMs)
    if (!isAnswered)
      line.fail(
        attempt.end === undefined
          ? `The handshake was not answered within ${server.timeoutMs / 1000} s.`
          : "The connection ended before the handshake was answered.",
      )
    const wrong = handshake.wrongIn(attempt.text.split(HEAD_END)[0]!)
    if (wrong) line.fail(wrong)
    return line
  }

  /** A new line, on which a first message has come. Ends the case where none does. */
  static async receives(server: TriedServer): Promise<FeedLine> {
    const line = await FeedLine.open(server)
    if (!(await line.untilMessages(1)))
      line.fail(`No message came within ${server.timeoutMs / 1000} s of the handshake.`)
    return line
  }

  /** The frames that have come. Ends the case where they are none that a server may send. */
  get frames(): readonly ServerFrame[] {
    const { frames, fault, at = 0 } = readFrames(this.attempt.got.subarray(this.#headBytes))
    if (fault) end({ ...fail(this.attempt, fault), byte: (this.#headBytes ?? 0) + at })
    return frames
  }

  /** The texts that have come, of fragments too. Ends the case where they are none. */
  get messages(): string[] {
    const texts: string[] = []
    let begun: Uint8Array[] = []
    for (const { opcode, final, body } of this.frames) {
      if (opcode > OPCODES.close - 1) continue
      if (opcode !== OPCODES.text && opcode !== OPCODES.continuation)
        this.fail("The server sends binary frames, where text frames are wanted.")
      begun.push(body)
      if (!final) continue
      const text = decodeText(concat(begun))
      if (text === undefined) this.fail("A text frame is not UTF-8.")
      texts.push(text)
      begun = []
    }
    return texts
  }

  /** Waits until so many messages have come. */
  untilMessages(count: number, timeoutMs = this.#timeoutMs): Promise<boolean> {
    return this.attempt.until(() => this.messages.length >= count, timeoutMs)
  }

  /** Waits for a frame. */
  untilFrame(opcode: number, timeoutMs = this.#timeoutMs): Promise<boolean> {
    return this.attempt.until(() => this.frames.some((frame) => frame.opcode === opcode), timeoutMs)
  }

  /** The connection goes on: a ping is answered, or one more message comes. Ends the case where neither happens. */
  async goesOn(after: string): Promise<void> {
    // A library may answer a ping while the program behind it is about to fail.
    await this.attempt.quiet(SETTLE_MS)
    const count = this.messages.length
    this.attempt.send(clientFrame("ping", STILL_THERE))
    const isAlive = () =>
      this.messages.length > count || this.frames.some(({ opcode }) => opcode === OPCODES.pong)
    const isAnswered = this.attempt.end === undefined && (await this.attempt.until(isAlive, this.#timeoutMs))
    if (this.attempt.end !== undefined || this.frames.some(({ opcode }) => opcode === OPCODES.close))
      this.fail(`The server ended the connection after ${after}.`)
    if (!isAnswered) this.fail(`Nothing more came after ${after}.`)
  }

  /** Ends the case. */
  fail(what: string, expected?: string): never {
    return end(fail(this.attempt, what, expected))
  }

  /** Bytes of the answer to the handshake; undefined until it is whole. */
  get #headBytes(): number | undefined {
    if (this.#head !== undefined) return this.#head
    const at = new TextDecoder("latin1").decode(this.attempt.got).indexOf(HEAD_END)
    if (at !== -1) this.#head = at + HEAD_END.length
    return this.#head
  }
}
