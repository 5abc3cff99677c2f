import { once } from "node:events"
import { WebSocket } from "ws"
import { expandBatch, type WireEntry } from "../../src/protocol/entry.ts"
import type { Entries, HubMessage, Welcome } from "../../src/protocol/messages.ts"
import { SESSION_PATH, SUBPROTOCOL } from "../../src/protocol/session.ts"

type Op = HubMessage["op"]
type Of<O extends Op> = Extract<HubMessage, { op: O }>

const TIMEOUT_MS = 20_000

/** A session spoken by hand, so that tests see the protocol itself and not what the client library makes of it. */
export class RawSession {
  readonly ws: WebSocket
  readonly messages: HubMessage[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  #wake = Promise.withResolvers<void>()
  #waited = 0

  private constructor(ws: WebSocket) {
    this.ws = ws
    ws.on("message", (data) => {
      this.messages.push(JSON.parse(data.toString()))
      this.#signal()
    })
    ws.on("error", () => {})
    this.closed = once(ws, "close").then(([code, reason]) => {
      this.#signal()
      return { code, reason: reason.toString() }
    })
  }

  /** Connects without saying anything. @param address `http://localhost:7300` */
  static async connect(address: string, headers: Record<string, string> = {}): Promise<RawSession> {
    const ws = new WebSocket(`${address.replace("http", "ws")}${SESSION_PATH}`, SUBPROTOCOL, { headers })
    const session = new RawSession(ws)
    await once(ws, "open")
    return session
  }

  /** Connects and says hello: a guest without `device`. */
  static async hello(address: string, who: { name?: string; device?: string; session?: string } = {}) {
    const session = await RawSession.connect(address)
    session.send({ op: "hello", versions: [1], ...who })
    const welcome: Welcome = await session.next("welcome")
    return Object.assign(session, { welcome })
  }

  send(message: object | string): void {
    this.ws.send(typeof message === "string" ? message : JSON.stringify(message))
  }

  /** The next message of that kind after the last one waited for. */
  async next<O extends Op>(op: O, fits: (message: Of<O>) => boolean = () => true): Promise<Of<O>> {
    return (await this.#find(op, (message) => message.op === op && fits(message as Of<O>))) as Of<O>
  }

  async #find(what: string, fits: (message: HubMessage) => boolean): Promise<HubMessage> {
    const deadline = setTimeout(() => this.#wake.reject(new Error(`no ${what} came`)), TIMEOUT_MS)
    try {
      for (;;) {
        for (; this.#waited < this.messages.length; this.#waited++) {
          const message = this.messages[this.#waited]!
          if (fits(message)) {
            this.#waited++
            return message
          }
        }
        if (this.ws.readyState === WebSocket.CLOSED) throw new Error(`closed before ${what} came`)
        await this.#wake.promise
      }
    } finally {
      clearTimeout(deadline)
    }
  }

  /** Asks and returns the result, or the error message. */
  async ask(request: { op: string; id: number } & Record<string, unknown>): Promise<unknown> {
    this.send(request)
    const answer = await this.#find("answer", ({ op, ...message }) => {
      return (op === "result" || op === "error") && "id" in message && message.id === request.id
    })
    return answer.op === "result" ? answer.result : answer
  }

  /** All entries of a topic so far, with their offsets. */
  entries(topic = "room/lobby"): (WireEntry & { offset: number })[] {
    return this.messages
      .filter((message): message is Entries => message.op === "entries" && message.topic === topic)
      .flatMap(({ from, entries }) =>
        expandBatch(entries).map((entry, index) => ({ offset: from + index, ...entry })),
      )
  }

  /** Waits until an entry with that offset has come. */
  async until(offset: number, topic = "room/lobby"): Promise<void> {
    await this.next("entries", (batch) => batch.topic === topic && batch.from + batch.entries.length > offset)
  }

  close(): void {
    this.ws.close()
  }

  [Symbol.dispose](): void {
    this.ws.terminate()
  }

  #signal(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
    this.#wake.promise.catch(() => {})
  }
}
