import { ChatClient, type ChatClientOptions } from "../gateways/lab/chat/client.ts"
import { BroadcastRoom } from "../gateways/lab/chat/room.ts"
import { ChatServer, type ChatSettings, chatDefaults } from "../gateways/lab/chat/server.ts"
import type { Delivery } from "../gateways/lab/deliver.ts"
import { type LabLine, LabLog } from "../gateways/lab/log.ts"
import type { Diagnosis } from "../protocol/lab/diagnosis.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"
import { closed, type LabService, openLabPort } from "./lab-service.ts"

export type { ChatClient } from "../gateways/lab/chat/client.ts"
export { asText, type LabLine } from "../gateways/lab/log.ts"

export interface LabChatOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly deliver?: Delivery | undefined
  readonly settings?: Partial<ChatSettings>
  write(line: LabLine): void
}

/** Starts the lab's chat service with a room of its own, which keeps nothing. @throws LandlineError port_in_use | usage */
export async function serveLabChat(options: LabChatOptions): Promise<LabService> {
  const { host, port, write } = options
  const log = new LabLog(write)
  const server = new ChatServer(new BroadcastRoom(), log, { ...chatDefaults, ...options.settings })
  const service = await openLabPort({
    host,
    port,
    log,
    serve(socket) {
      server.serve(socket)
      return closed(socket)
    },
    closeAll: () => server.close(),
    deliver: options.deliver,
  })
  log.info("start", `Server started on ${host}:${service.port}`)
  return service
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
