import type { Socket } from "node:net"
import { Deliveries, type Delivery } from "../gateways/lab/deliver.ts"
import { listen } from "../gateways/lab/listener.ts"
import type { LabLog } from "../gateways/lab/log.ts"
import type { DatagramWatch } from "../gateways/lab/record.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"

export type { Delivery } from "../gateways/lab/deliver.ts"

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
  /** How what the service writes goes out. */
  readonly deliver?: Delivery | undefined
  /** Ms between what it writes unasked; left out: it only answers. */
  readonly everyMs?: number | undefined
  /** Sees each connection before the service does. */
  watch?(socket: Socket): void
  /** Sees what comes and goes over UDP, where a service has that. */
  readonly watchDatagrams?: DatagramWatch
}

/** Opens the port of a lab service. @throws LandlineError port_in_use | usage */
export async function openLabPort(options: LabPortOptions): Promise<LabService> {
  const { host, port, log, deliver: how = "normal", everyMs } = options
  const deliveries = new Deliveries({ how, log, everyMs })
  const first = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  const listener = await listen({
    host,
    port,
    onConnection(socket) {
      deliveries.take(socket)
      options.watch?.(socket)
      void options.serve(socket).then(first.resolve)
    },
    onRefused: (address) =>
      log.warning("start", `Refused ${address}: ${labLimits.connectionsMax} connections are open already`),
  })
  return {
    port: listener.port,
    firstLeft: first.promise,
    close() {
      listener.close()
      closing ??= options.closeAll() // two services on one port are one
      deliveries.hasten()
      return closing
    },
  }
}

/** For services that do not tell themselves. */
export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => void socket.once("close", () => resolve()))
