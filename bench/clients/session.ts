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
    | { op: HubMessage["op"]; resolve(message: HubMessage): void; reject(error: Error): void }
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
    const heard = this.next(answer)
    this.#socket.send(JSON.stringify(request))
    return heard
  }

  /** The next message of a kind; others before it are let go by. */
  async next<Op extends HubMessage["op"]>(op: Op): Promise<Named<Op>> {
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<Named<Op>>((resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`No ${op} within ${answerTimeoutMs / 1_000} s.`)),
          answerTimeoutMs,
        )
        this.#waiting = { op, resolve: (message) => resolve(message as Named<Op>), reject }
      })
    } finally {
      clearTimeout(timer)
      this.#waiting = undefined
    }
  }

  /** Publishes many at once; resolves with the ack of the last. Their sequence numbers must follow each other. */
  async publishAll(messages: readonly (Publish & { seq: number })[]): Promise<void> {
    const lastSeq = messages.at(-1)!.seq
    for (const message of messages) this.#socket.send(JSON.stringify(message))
    while (((await this.next("ack")).seq ?? 0) < lastSeq);
  }

  #take(message: HubMessage): void {
    if (message.op === "error") this.#waiting?.reject(new Error(`${message.code}: ${message.message}`))
    else if (message.op === this.#waiting?.op) this.#waiting.resolve(message)
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }
}
