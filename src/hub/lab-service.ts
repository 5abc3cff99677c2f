import type { Socket } from "node:net"
import { listen } from "../gateways/lab/listener.ts"
import type { LabLog } from "../gateways/lab/log.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"

/** A lab service that runs. */
export interface LabService {
  readonly port: number
  /** Resolves when the first client has left. */
  readonly firstLeft: Promise<void>
  close(): Promise<void>
}

export interface LabPortOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly log: LabLog
  /** Takes a client; resolves when it has left. */
  serve(socket: Socket): Promise<void>
  /** Lets all clients go. */
  closeAll(): Promise<void>
}

/** Opens the port of a lab service. @throws LandlineError port_in_use | usage */
export async function openLabPort({ host, port, log, serve, closeAll }: LabPortOptions): Promise<LabService> {
  const first = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  const listener = await listen({
    host,
    port,
    onConnection: (socket) => void serve(socket).then(first.resolve),
    onRefused: (address) =>
      log.warning("start", `Refused ${address}: ${labLimits.connectionsMax} connections are open already`),
  })
  return {
    port: listener.port,
    firstLeft: first.promise,
    close() {
      listener.close()
      closing ??= closeAll() // two services on one port are one
      return closing
    },
  }
}

/** For services that do not tell themselves. */
export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => void socket.once("close", () => resolve()))
