import { ChatClient, type ChatClientOptions } from "../gateways/lab/chat/client.ts"
import { BroadcastRoom, type ChatRoom } from "../gateways/lab/chat/room.ts"
import { ChatServer, type ChatSettings, chatDefaults } from "../gateways/lab/chat/server.ts"
import { listen } from "../gateways/lab/listener.ts"
import { type LabLine, LabLog } from "../gateways/lab/log.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"

export { asJson, asText, type LabLine } from "../gateways/lab/log.ts"

export interface LabChatOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Without one, the service has a room of its own and keeps nothing. */
  readonly room?: ChatRoom
  readonly settings?: Partial<ChatSettings>
  write(line: LabLine): void
}

export interface LabService {
  readonly port: number
  /** Resolves when the first client has left. */
  readonly firstLeft: Promise<void>
  close(): Promise<void>
}

/** Starts the lab's chat service on a port of its own. @throws LandlineError port_in_use | usage */
export async function serveLabChat(options: LabChatOptions): Promise<LabService> {
  const { host, port, room = new BroadcastRoom(), write } = options
  const log = new LabLog(write)
  const server = new ChatServer(room, log, { ...chatDefaults, ...options.settings })
  const first = Promise.withResolvers<void>()
  const listener = await listen({
    host,
    port,
    onConnection(socket) {
      server.serve(socket)
      socket.once("close", () => first.resolve())
    },
    onRefused: (address) =>
      log.warning("start", `Refused ${address}: ${labLimits.connectionsMax} connections are open already`),
  })
  log.info("start", `Server started on ${host}:${listener.port}`)
  return {
    port: listener.port,
    firstLeft: first.promise,
    async close() {
      listener.close()
      await server.close()
    },
  }
}

/** A client of either family. @throws LandlineError no_hub */
export function connectLabChat(
  options: Omit<ChatClientOptions, "onDiagnosis"> & { write(line: LabLine): void },
): Promise<ChatClient> {
  const log = new LabLog(options.write)
  const peer = `${options.host}:${options.port}`
  return ChatClient.connect({ ...options, onDiagnosis: (diagnosis) => log.diagnosis(diagnosis, peer) })
}
