import type { Socket } from "node:net"
import { concat } from "../../protocol/lab/bytes.ts"
import { shownBytes } from "../../protocol/lab/diagnosis.ts"
import { addressText } from "./listener.ts"
import type { LabLog } from "./log.ts"

/** Services of which each shows in a connection's first bytes that it is meant. */
export interface Sharing<Name extends string> {
  readonly names: readonly Name[]
  /** Whose the connection is; undefined while it may still be either's. */
  tell(firstBytes: Uint8Array): Name | undefined
  /** For a client that says too little: what was expected, and what to mend. */
  readonly expected: string
  readonly mend: string
}

/** A port that the documents of two services share. */
export class SharedPort<Name extends string> {
  readonly #sharing: Sharing<Name>
  readonly #serve: (name: Name, socket: Socket, firstBytes: Uint8Array) => void
  readonly #log: LabLog
  readonly #timeoutMs: number
  readonly #untold = new Set<Socket>()

  /**
   * @param serve takes a connection, with what was read of it to tell whose it is
   * @param timeoutMs how long the first bytes are awaited
   */
  constructor(
    sharing: Sharing<Name>,
    serve: (name: Name, socket: Socket, firstBytes: Uint8Array) => void,
    log: LabLog,
    timeoutMs: number,
  ) {
    this.#sharing = sharing
    this.#serve = serve
    this.#log = log
    this.#timeoutMs = timeoutMs
  }

  take(socket: Socket): void {
    const address = addressText(socket.remoteAddress, socket.remotePort)
    let bytes: Uint8Array = new Uint8Array()
    const onData = (chunk: Buffer) => {
      bytes = concat([bytes, chunk])
      const name = this.#sharing.tell(bytes)
      if (name === undefined) return
      release()
      this.#serve(name, socket, bytes)
    }
    const giveUp = (got: string) => {
      release()
      socket.on("error", () => {}) // it is let go anyway
      if (bytes.length > 0 || got !== END)
        this.#log.diagnosis(
          {
            case: "silent",
            byte: bytes.length,
            expected: this.#sharing.expected,
            got: bytes.length > 0 ? `${got} after ${shownBytes(bytes)}` : got,
            mend: this.#sharing.mend,
          },
          address,
        )
      socket.end()
      socket.destroySoon()
    }
    const onEnd = () => giveUp(END)
    const onError = () => release()
    const timer = setTimeout(() => giveUp(`nothing for ${this.#timeoutMs / 1000} s`), this.#timeoutMs)
    const release = () => {
      clearTimeout(timer)
      this.#untold.delete(socket)
      socket.off("data", onData).off("end", onEnd).off("error", onError).off("close", release)
    }
    this.#untold.add(socket)
    socket.on("data", onData).on("end", onEnd).on("error", onError).on("close", release)
  }

  /** Lets go of those that have not shown whose they are. */
  close(): void {
    for (const socket of [...this.#untold]) socket.destroy()
  }
}

const END = "the end of the connection"
