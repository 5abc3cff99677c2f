import type { Socket } from "node:net"
import type { LabPorts } from "../../../protocol/lab/diagnosis.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import type { LabLog } from "../log.ts"
import { SumConnection } from "./connection.ts"

export interface SumSettings {
  /** The server's own. */
  readonly name: string
  /** What an integer outside 1..100 ends: the service, or only that connection. */
  readonly onOutOfRange: "stop" | "close"
  /** How long a request is awaited, and the next one. */
  readonly timeoutMs: number
  /** How long a pause is that shows that a request is complete. */
  readonly pauseMs: number
  /** Of the other services of this hub; left out for the stand-alone service. */
  readonly ports?: LabPorts | undefined
}

export const sumDefaults: SumSettings = {
  name: "Landline Server",
  onOutOfRange: "close",
  timeoutMs: labLimits.timeoutMs,
  pauseMs: labLimits.pauseMs,
}

/** The lab's sum service, whoever accepts its sockets. */
export class SumServer {
  /** Resolves when a client has stopped the service; then it is to be closed. */
  readonly stopped: Promise<void>
  readonly #log: LabLog
  readonly #settings: SumSettings
  readonly #connections = new Set<SumConnection>()
  readonly #stop: () => void

  constructor(log: LabLog, settings: SumSettings) {
    this.#log = log
    this.#settings = settings
    const { promise, resolve } = Promise.withResolvers<void>()
    this.stopped = promise
    this.#stop = resolve
  }

  /**
   * Serves a client. The socket must be one that allows a half-open end.
   * @param firstBytes what was read of it already, to tell which protocol it speaks
   * @returns resolves when the client has left
   */
  async serve(socket: Socket, firstBytes: Uint8Array = new Uint8Array()): Promise<void> {
    const connection = new SumConnection(socket, firstBytes, this.#log, this.#settings, this.#stop)
    this.#connections.add(connection)
    await connection.closed
    this.#connections.delete(connection)
  }

  /** Closes all connections, and resolves when they are closed. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#connections].map((connection) => {
        connection.close()
        return connection.closed
      }),
    )
  }
}
