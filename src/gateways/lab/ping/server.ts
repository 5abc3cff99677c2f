import type { Socket } from "node:net"
import type { LabPorts } from "../../../protocol/lab/diagnosis.ts"
import type { Encoding } from "../../../protocol/lab/encodings.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { OTHER_ANSWER, PONG, QUIT_TOKENS } from "../../../protocol/lab/ping-words.ts"
import type { LabLog } from "../log.ts"
import { PingConnection } from "./connection.ts"
import { EchoConnection } from "./echo.ts"

export interface PingSettings {
  /** Words that end a connection. */
  readonly tokens: readonly string[]
  /** The answer to `PING`. */
  readonly response: string
  /** The answer to anything else. */
  readonly other: string
  readonly chunkBytes: number
  readonly encoding: Encoding
  /** What comes is sent back as it is (RFC 862), in place of answers. */
  readonly echo: boolean
  /** How long the first message is awaited, and the next one. */
  readonly timeoutMs: number
  readonly idleMs: number
  /** How long a pause is that ends other text, and one inside a word. */
  readonly pauseMs: number
  readonly wordPauseMs: number
  /** Of the other services of this hub; left out for the stand-alone service. */
  readonly ports?: LabPorts | undefined
}

export const pingDefaults: PingSettings = {
  tokens: QUIT_TOKENS,
  response: PONG,
  other: OTHER_ANSWER,
  chunkBytes: labLimits.pingChunkBytes,
  encoding: "utf-8",
  echo: false,
  timeoutMs: labLimits.timeoutMs,
  idleMs: labLimits.pingIdleMs,
  pauseMs: labLimits.pauseMs,
  wordPauseMs: labLimits.pingWordPauseMs,
}

/** The lab's ping service over TCP, whoever accepts its sockets. */
export class PingServer {
  readonly #log: LabLog
  readonly #settings: PingSettings
  readonly #connections = new Set<PingConnection | EchoConnection>()

  constructor(log: LabLog, settings: PingSettings) {
    this.#log = log
    this.#settings = settings
  }

  /** Serves a client until it has left. The socket must be one that allows a half-open end. */
  async serve(socket: Socket): Promise<void> {
    const Connection = this.#settings.echo ? EchoConnection : PingConnection
    const connection = new Connection(socket, this.#log, this.#settings)
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
