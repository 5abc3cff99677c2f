import type { Socket } from "node:net"
import type { HeaderBytes } from "../../../protocol/lab/chat-frames.ts"
import type { LabPorts } from "../../../protocol/lab/diagnosis.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import type { LabLog } from "../log.ts"
import { ChatConnection } from "./connection.ts"
import type { ChatRoom } from "./room.ts"

export interface ChatSettings {
  /** Left out: told from each client's first header. */
  readonly headerBytes?: HeaderBytes | undefined
  /** The answer to every frame with a wide header. */
  readonly ack: string
  readonly ackFramed: boolean
  /** Words that end a connection with wide headers. */
  readonly tokens: readonly string[]
  /** How long a name, or the rest of a frame, is awaited. */
  readonly timeoutMs: number
  /** How long a pause is that ends what came before. */
  readonly pauseMs: number
  /** Of the other services of this hub; left out for the stand-alone service. */
  readonly ports?: LabPorts | undefined
}

export const chatDefaults: ChatSettings = {
  ack: "Msg received",
  ackFramed: false,
  tokens: ["!DISCONNECT", "!DISCONNECTED"],
  timeoutMs: labLimits.timeoutMs,
  pauseMs: labLimits.pauseMs,
}

/** The lab's chat service, whoever accepts its sockets. */
export class ChatServer {
  readonly #room: ChatRoom
  readonly #log: LabLog
  readonly #settings: ChatSettings
  readonly #connections = new Map<ChatConnection, Socket>()

  constructor(room: ChatRoom, log: LabLog, settings: ChatSettings) {
    this.#room = room
    this.#log = log
    this.#settings = settings
  }

  /**
   * Serves a client until it leaves. The socket must be one that allows a half-open end.
   * @param firstBytes what was read of it already, to tell which protocol it speaks
   */
  serve(socket: Socket, firstBytes: Uint8Array = new Uint8Array()): void {
    const connection = new ChatConnection(socket, firstBytes, this.#room, this.#log, this.#settings)
    this.#connections.set(connection, socket)
    socket.once("close", () => this.#connections.delete(connection))
  }

  /** Closes all connections, and resolves when they are closed. */
  async close(): Promise<void> {
    const closed = [...this.#connections].map(([connection, socket]) => {
      connection.close()
      return new Promise((resolve) => socket.once("close", resolve))
    })
    await Promise.all(closed)
  }
}
