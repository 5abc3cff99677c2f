import { once } from "node:events"
import type { Socket } from "node:net"
import type { Peer } from "../peers/peer.ts"
import { type Burst, textOf } from "../support/words.ts"
import { connect } from "./connect.ts"

const writeBytes = 64 * 1024

/** Bytes that are handed over at once. */
interface Write {
  readonly bytes: Buffer
  readonly messages: number
}

/**
 * One author who pipelines: writes on without waiting for answers, as fast as the server reads, or as far ahead of
 * its acks as the peer's clients go.
 */
export class Author implements Disposable {
  readonly #socket: Socket
  readonly #peer: Peer
  #seq = 0
  /** Messages handed over and not acked, where acks are counted. */
  #unacked = 0
  /** Resolves at the next answer. */
  #answered = Promise.withResolvers<void>()
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
      else if (author) author.#hear(chunk)
    })
    author = new Author(peer, socket)
    return author
  }

  /** The bytes of a burst, made before the clock starts. Bursts are to be published in the order made. */
  encode(burst: Burst): Write[] {
    const writes: Write[] = []
    let messages: Buffer[] = []
    let bytes = 0
    for (let n = 0; n < burst.messages; n++) {
      const message = Buffer.from(this.#peer.wire.publish(textOf(burst, n), ++this.#seq))
      messages.push(message)
      bytes += message.length
      if (bytes < writeBytes && n < burst.messages - 1) continue
      writes.push({ bytes: Buffer.concat(messages), messages: messages.length })
      messages = []
      bytes = 0
    }
    return writes
  }

  /** Resolves when the last byte is handed over. @throws Error when the server refused a message */
  async publish(writes: readonly Write[]): Promise<void> {
    const { acks } = this.#peer.wire
    for (const { bytes, messages } of writes) {
      this.checkRefusal()
      if (!this.#socket.write(bytes)) await once(this.#socket, "drain")
      if (!acks) continue
      this.#unacked += messages
      while (this.#unacked > acks.unackedMax) {
        await this.#answered.promise
        this.checkRefusal()
      }
    }
  }

  #hear(chunk: Buffer): void {
    const { acks, refusal } = this.#peer.wire
    if (chunk.includes(refusal, 0, "latin1")) this.#refused ??= chunk.toString("latin1", 0, 500)
    if (!acks) return
    for (let at = chunk.indexOf(acks.sign); at >= 0; at = chunk.indexOf(acks.sign, at + 1)) this.#unacked--
    this.#answered.resolve()
    this.#answered = Promise.withResolvers()
  }

  checkRefusal(): void {
    if (this.#refused) throw new Error(`${this.#peer.name} refused: ${this.#refused}`)
    if (this.#socket.destroyed) throw new Error(`${this.#peer.name} cut the author off.`)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
