import type { Author } from "../core/author.ts"
import { ChatClient, type ChatClientOptions } from "../gateways/lab/chat/client.ts"
import { HubRoom, type HubRoomParts } from "../gateways/lab/chat/hub-room.ts"
import { BroadcastRoom, type ChatRoom } from "../gateways/lab/chat/room.ts"
import { ChatServer, type ChatSettings, chatDefaults } from "../gateways/lab/chat/server.ts"
import { listen } from "../gateways/lab/listener.ts"
import { type LabLine, LabLog } from "../gateways/lab/log.ts"
import { LandlineError } from "../protocol/errors.ts"
import type { Diagnosis } from "../protocol/lab/diagnosis.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"

export type { ChatClient } from "../gateways/lab/chat/client.ts"
export { asText, type LabLine } from "../gateways/lab/log.ts"

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

/** Each service and the port of its document, so that coursework clients need no edit. */
const DOCUMENT_PORTS: Record<string, number> = { chat: 12345 }

export interface HubLabOptions extends HubRoomParts {
  /** `true`: all of them; else a list such as `chat` or `chat:2000`. */
  readonly services: true | string
  readonly host: string
  /** Where the hub answers HTTP. */
  readonly hubPort: number
  write(line: LabLine): void
}

/**
 * Starts lab services inside a hub, joined to what it holds.
 * @throws LandlineError usage | unknown_room | port_in_use; then none of them runs
 */
export async function serveHubLab(options: HubLabOptions): Promise<(LabService & { service: string })[]> {
  const { services, host, hubPort, write, chat, room } = options
  await chat.room(LAB, room) // better now than at each client
  const started: (LabService & { service: string })[] = []
  try {
    for (const { service, port } of wanted(services)) {
      const chatRoom = new HubRoom(options)
      const running = await serveLabChat({ host, port, room: chatRoom, settings: { hubPort }, write })
      started.push({ service, ...running })
    }
  } catch (error) {
    await Promise.all(started.map((running) => running.close()))
    throw error
  }
  return started
}

const LAB: Author = { name: "~lab", role: "guest" }

function wanted(services: true | string): { service: string; port: number }[] {
  const names = services === true ? Object.keys(DOCUMENT_PORTS) : services.split(",")
  return names.map((text) => {
    const [service = "", port] = text.trim().split(":")
    const known = DOCUMENT_PORTS[service]
    if (known === undefined || !/^\d{0,5}$/.test(port ?? "") || Number(port ?? 0) > 65_535)
      throw new LandlineError(
        "usage",
        {},
        `--lab does not know ${JSON.stringify(text)}. It is a list of SERVICE or SERVICE:PORT; services: ${Object.keys(DOCUMENT_PORTS).join(", ")}.`,
      )
    return { service, port: port ? Number(port) : known }
  })
}

export interface LabChatClientOptions extends Omit<ChatClientOptions, "onDiagnosis" | "timeoutMs"> {
  readonly timeoutMs?: number
  write(line: LabLine): void
}

/** A client of either family. @throws LandlineError no_hub */
export function connectLabChat(options: LabChatClientOptions): Promise<ChatClient> {
  const { timeoutMs = labLimits.replyTimeoutMs, write, host, port } = options
  const log = new LabLog(write)
  const onDiagnosis = (diagnosis: Diagnosis) => log.diagnosis(diagnosis, `${host}:${port}`)
  return ChatClient.connect({ ...options, timeoutMs, onDiagnosis })
}
