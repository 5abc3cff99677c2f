import type { Socket } from "node:net"
import type { LabPorts } from "../../../protocol/lab/diagnosis.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import type { LabLog } from "../log.ts"
import { FileConnection } from "./connection.ts"
import type { FileSink } from "./sink.ts"

export interface FileSettings {
  /** Left out: any that is met. */
  readonly separator?: string | undefined
  readonly fileBytesMax: number
  /** How long anything more of a file is awaited. */
  readonly timeoutMs: number
  /** How long a pause is that shows that the size is complete. */
  readonly pauseMs: number
  /** Of the other services of this hub; left out for the stand-alone service. */
  readonly ports?: LabPorts | undefined
}

export const fileDefaults: FileSettings = {
  fileBytesMax: labLimits.fileBytesMax,
  timeoutMs: labLimits.timeoutMs,
  pauseMs: labLimits.pauseMs,
}

/** The lab's file service, whoever accepts its sockets. */
export class FileServer {
  readonly #sink: FileSink
  readonly #log: LabLog
  readonly #settings: FileSettings
  readonly #connections = new Set<FileConnection>()

  constructor(sink: FileSink, log: LabLog, settings: FileSettings) {
    this.#sink = sink
    this.#log = log
    this.#settings = settings
  }

  /**
   * Takes a client's file. The socket must be one that allows a half-open end.
   * @param firstBytes what was read of it already, to tell which protocol it speaks
   * @returns resolves when the client has left and its file is kept, or nothing of it
   */
  async serve(socket: Socket, firstBytes: Uint8Array = new Uint8Array()): Promise<void> {
    const connection = new FileConnection(socket, firstBytes, this.#sink, this.#log, this.#settings)
    this.#connections.add(connection)
    await connection.done()
    this.#connections.delete(connection)
  }

  /** Closes all connections, and resolves when they are closed and nothing unfinished is left. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#connections].map((connection) => {
        connection.close()
        return connection.done()
      }),
    )
  }
}
