import { once } from "node:events"
import { WebSocket } from "ws"
import type { Hello, HubMessage, Publish, Request } from "../../src/protocol/messages.ts"
import { SESSION_PATH, SUBPROTOCOL, VERSION } from "../../src/protocol/session.ts"

const answerTimeoutMs = 30_000

type Named<Op> = Extract<HubMessage, { op: Op }>

/** One session with Landline for measuring single exchanges: sends, and waits for the answer of a kind. */
export class Session implements Disposable {
  readonly #socket: WebSocket
  #waiting:
    | { isIt(message: HubMessage): boolean; resolve(message: HubMessage): void; reject(error: Error): void }
    | undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on("message", (data) => this.#take(JSON.parse(String(data))))
    socket.on("close", (code, reason) =>
      this.#waiting?.reject(new Error(`The hub closed the session (${code} ${reason}).`)),
    )
  }

  static async open(port: number, name: string): Promise<Session> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${SESSION_PATH}`, SUBPROTOCOL)
    await once(socket, "open")
    const session = new Session(socket)
    const device = `${name} on the bench` // with a device, no guest: it may create rooms
    await session.ask({ op: "hello", versions: [VERSION], name, device }, "welcome")
    return session
  }

  /** Sends, and resolves with the next message of a kind. @throws Error after an error or 30 s of silence */
  async ask<Op extends HubMessage["op"]>(request: Request | Hello, answer: Op): Promise<Named<Op>> {
    const heard = this.#next((message) => message.op === answer)
    this.#socket.send(JSON.stringify(request))
    return (await heard) as Named<Op>
  }

  /** Publishes, and waits for nothing. */
  publish(message: Publish): void {
    this.#socket.send(JSON.stringify(message))
  }

  /** Publishes many at once; resolves with the ack of the last. Their sequence numbers must follow each other. */
  async publishAll(messages: readonly (Publish & { seq: number })[]): Promise<void> {
    const lastSeq = messages.at(-1)!.seq
    const acked = this.#next((message) => message.op === "ack" && (message.seq ?? 0) >= lastSeq)
    for (const message of messages) this.#socket.send(JSON.stringify(message))
    await acked
  }

  /** The next message that is the one; others before it are let go by. */
  async #next(isIt: (message: HubMessage) => boolean): Promise<HubMessage> {
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise((resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`No answer within ${answerTimeoutMs / 1_000} s.`)),
          answerTimeoutMs,
        )
        this.#waiting = { isIt, resolve, reject }
      })
    } finally {
      clearTimeout(timer)
      this.#waiting = undefined
    }
  }

  #take(message: HubMessage): void {
    if (message.op === "error") this.#waiting?.reject(new Error(`${message.code}: ${message.message}`))
    else if (this.#waiting?.isIt(message)) this.#waiting.resolve(message)
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }
}
