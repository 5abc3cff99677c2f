import { once } from "node:events"
import type { Socket } from "node:net"
import type { Peer } from "../peers/peer.ts"
import { type Burst, textOf } from "../support/words.ts"
import { connect } from "./connect.ts"

const writeBytes = 64 * 1024

/** One author who pipelines: writes on without waiting for answers, as fast as the server reads. */
export class Author implements Disposable {
  readonly #socket: Socket
  readonly #peer: Peer
  #seq = 0
  #refused: string | undefined

  private constructor(peer: Peer, socket: Socket) {
    this.#peer = peer
    this.#socket = socket
  }

  static async open(peer: Peer, port: number): Promise<Author> {
    let author: Author | undefined
    const { wire } = peer
    const socket = await connect(port, wire.author(port), (chunk, socket) => {
      const answer = wire.alive(chunk)
      if (answer) socket.write(answer)
      else if (author && chunk.includes(wire.refusal, 0, "latin1"))
        author.#refused ??= chunk.toString("latin1", 0, 500)
    })
    author = new Author(peer, socket)
    return author
  }

  /** The bytes of a burst, made before the clock starts. Bursts are to be published in the order made. */
  encode(burst: Burst): Buffer[] {
    const writes: Buffer[] = []
    let messages: Buffer[] = []
    let bytes = 0
    for (let n = 0; n < burst.messages; n++) {
      const message = Buffer.from(this.#peer.wire.publish(textOf(burst, n), ++this.#seq))
      messages.push(message)
      bytes += message.length
      if (bytes < writeBytes && n < burst.messages - 1) continue
      writes.push(Buffer.concat(messages))
      messages = []
      bytes = 0
    }
    return writes
  }

  /** Resolves when the last byte is handed over. @throws Error when the server refused a message */
  async publish(writes: readonly Buffer[]): Promise<void> {
    for (const bytes of writes) {
      this.checkRefusal()
      if (!this.#socket.write(bytes)) await once(this.#socket, "drain")
    }
  }

  checkRefusal(): void {
    if (this.#refused) throw new Error(`${this.#peer.name} refused: ${this.#refused}`)
    if (this.#socket.destroyed) throw new Error(`${this.#peer.name} cut the author off.`)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
