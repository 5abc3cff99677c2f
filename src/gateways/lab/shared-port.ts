import type { Socket } from "node:net"
import { concat } from "../../protocol/lab/bytes.ts"
import { shownBytes } from "../../protocol/lab/diagnosis.ts"
import { chatOrFile } from "../../protocol/lab/other-protocol.ts"
import { addressText } from "./listener.ts"
import type { LabLog } from "./log.ts"

/** Takes a connection, with what was read of it to tell whose it is. */
type Serve = (socket: Socket, firstBytes: Uint8Array) => void

/** The port that the documents of chat and file transfer share: a connection's first bytes tell whose it is. */
export class SharedPort {
  readonly #services: { readonly chat: Serve; readonly file: Serve }
  readonly #log: LabLog
  readonly #timeoutMs: number
  readonly #untold = new Set<Socket>()

  /** @param timeoutMs how long the first bytes are awaited */
  constructor(services: { chat: Serve; file: Serve }, log: LabLog, timeoutMs: number) {
    this.#services = services
    this.#log = log
    this.#timeoutMs = timeoutMs
  }

  take(socket: Socket): void {
    const address = addressText(socket.remoteAddress, socket.remotePort)
    let bytes: Uint8Array = new Uint8Array()
    const onData = (chunk: Buffer) => {
      bytes = concat([bytes, chunk])
      const service = chatOrFile(bytes)
      if (service === undefined) return
      release()
      this.#services[service](socket, bytes)
    }
    const giveUp = (got: string) => {
      release()
      socket.on("error", () => {}) // it is let go anyway
      if (bytes.length > 0 || got !== END)
        this.#log.diagnosis(
          {
            byte: bytes.length,
            expected: "a chat header of 10 bytes, or a file's name",
            got: bytes.length > 0 ? `${got} after ${shownBytes(bytes)}` : got,
            mend: "Chat and file transfer share this port, and the client speaks first.",
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
