import { WebSocket } from "ws"
import type { ReturningPeer, Talk } from "../peers/returning-peer.ts"

interface Ways {
  /** How long to wait before the next try, after so many that failed in a row. */
  waitMs(failures: number): number
  /** It was lost, or a try failed. */
  lost(): void
}

/** A connection that is made again whenever it is lost. */
export class Returning implements Disposable {
  readonly #peer: ReturningPeer
  readonly #port: number
  readonly #talk: Talk
  readonly #ways: Ways
  #socket: WebSocket
  #failures = 0
  #retry: NodeJS.Timeout | undefined

  constructor(peer: ReturningPeer, port: number, talk: Talk, ways: Ways) {
    this.#peer = peer
    this.#port = port
    this.#talk = talk
    this.#ways = ways
    this.#socket = this.#open()
  }

  say(message: string): void {
    this.#socket.send(message)
  }

  #open(): WebSocket {
    const { path, protocol } = this.#peer
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}${path}`, protocol ?? [], {
      perMessageDeflate: false,
    })
    const say = (message: string) => socket.send(message)
    socket.on("open", () => this.#talk.open(say))
    socket.on("message", (data) => {
      this.#failures = 0
      this.#talk.hear(String(data), say)
    })
    socket.on("error", () => {}) // close follows
    socket.on("close", () => {
      this.#ways.lost()
      this.#retry = setTimeout(
        () => {
          this.#socket = this.#open()
        },
        this.#ways.waitMs(this.#failures++),
      )
    })
    return socket
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#retry)
    this.#socket.removeAllListeners("close")
    this.#socket.terminate()
  }
}
