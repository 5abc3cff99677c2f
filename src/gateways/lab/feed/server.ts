import type { Socket } from "node:net"
import type { LabPorts } from "../../../protocol/lab/diagnosis.ts"
import type { FeedWant } from "../../../protocol/lab/feed-messages.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import type { LabLog } from "../log.ts"
import { FeedConnection } from "./connection.ts"
import { Handshakes } from "./handshakes.ts"
import type { FeedSource } from "./source.ts"

export interface FeedSettings {
  /** What a client gets that does not choose. */
  readonly want: FeedWant
  /** How long a handshake is awaited. */
  readonly timeoutMs: number
  /** How long a pause is that ends what came before. */
  readonly pauseMs: number
  /** Of the other services of this hub; left out for the stand-alone service. */
  readonly ports?: LabPorts | undefined
}

export const feedDefaults: FeedSettings = {
  want: "both",
  timeoutMs: labLimits.timeoutMs,
  pauseMs: labLimits.pauseMs,
}

/** The lab's feed service, whoever accepts its sockets. */
export class FeedServer {
  readonly #log: LabLog
  readonly #handshakes: Handshakes
  readonly #connections = new Map<FeedConnection, Socket>()

  constructor(source: FeedSource, log: LabLog, settings: FeedSettings) {
    this.#log = log
    this.#handshakes = new Handshakes(log, settings, (socket, opening) => {
      const connection = new FeedConnection(socket, opening, source, log, settings.ports)
      this.#connections.set(connection, socket)
      socket.once("close", () => this.#connections.delete(connection))
    })
  }

  /**
   * Serves a client until it leaves. The socket must be one that allows a half-open end.
   * @param firstBytes what was read of it already, to tell which protocol it speaks
   */
  serve(socket: Socket, firstBytes: Uint8Array = new Uint8Array()): void {
    this.#handshakes.take(socket, firstBytes)
  }

  /** Closes all connections, and resolves when they are closed. */
  async close(): Promise<void> {
    this.#log.info("main", "Closing Server...")
    this.#handshakes.close()
    const closed = [...this.#connections].map(([connection, socket]) => {
      connection.close(1001)
      return new Promise((resolve) => socket.once("close", resolve))
    })
    await Promise.all(closed)
  }
}
