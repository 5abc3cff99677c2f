import type { Delivery } from "../gateways/lab/deliver.ts"
import { type LabLine, LabLog } from "../gateways/lab/log.ts"
import { type PingClientOptions, ping } from "../gateways/lab/ping/client.ts"
import { PingServer, type PingSettings, pingDefaults } from "../gateways/lab/ping/server.ts"
import { PingUdp, type UdpSettings } from "../gateways/lab/ping/udp.ts"
import { LandlineError } from "../protocol/errors.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"
import { QUIT_TOKENS } from "../protocol/lab/ping-words.ts"
import { type LabPortOptions, type LabService, openLabPort } from "./lab-service.ts"

export { asText, type LabLine } from "../gateways/lab/log.ts"

export interface LabPingOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly deliver?: Delivery | undefined
  readonly settings?: Partial<PingSettings>
  write(line: LabLine): void
}

/** Starts the lab's ping service over TCP. @throws LandlineError port_in_use | usage */
export async function serveLabPing(options: LabPingOptions): Promise<LabService> {
  const { host, port, write } = options
  const log = new LabLog(write)
  const server = new PingServer(log, { ...pingDefaults, ...options.settings })
  const service = await openLabPort({
    host,
    port,
    log,
    serve: (socket) => server.serve(socket),
    closeAll: () => server.close(),
    deliver: options.deliver,
  })
  log.info("init", `Listening on ${host}:${service.port}`)
  return service
}

export interface LabPingUdpOptions extends Omit<LabPingOptions, "settings" | "deliver"> {
  readonly settings?: Partial<UdpSettings>
}

export const udpDefaults: UdpSettings = { ...pingDefaults, perSecondMax: labLimits.pingDatagramsPerSecondMax }

/** Starts the lab's ping service over UDP. @throws LandlineError port_in_use | usage | no_hub */
export async function serveLabPingUdp(options: LabPingUdpOptions): Promise<LabService> {
  const { host, port, write } = options
  const log = new LabLog(write)
  const udp = await PingUdp.open({ host, port }, log, { ...udpDefaults, ...options.settings })
  log.info("init", `Listening on ${host}:${udp.port}, UDP`)
  return { port: udp.port, firstLeft: udp.firstAnswered, close: async () => udp.close() }
}

const PORT_TRIES = 5 // a port that is free over TCP may be taken over UDP

/** Opens a port over TCP, and the same over UDP. @throws LandlineError port_in_use | usage */
export async function openPingPort(options: LabPortOptions): Promise<LabService> {
  const settings = { ...udpDefaults, ...(options.watchDatagrams && { watch: options.watchDatagrams }) }
  const { host, port, log } = options
  for (let attempt = 1; ; attempt++) {
    const tcp = await openLabPort(options)
    try {
      const udp = await PingUdp.open({ host, port: tcp.port }, log, settings)
      return {
        ...tcp,
        close() {
          udp.close()
          return tcp.close()
        },
      }
    } catch (error) {
      await tcp.close()
      const taken = error instanceof LandlineError && error.code === "port_in_use"
      if (!taken || port !== 0 || attempt >= PORT_TRIES) throw error
    }
  }
}

type Defaults = "udp" | "fromPort" | "tokens" | "encoding" | "chunkBytes" | "timeoutMs" | "pauseMs"

export interface LabPingClientOptions
  extends Omit<PingClientOptions, Defaults>,
    Partial<Pick<PingClientOptions, Defaults>> {
  readonly messages: AsyncIterable<string> | Iterable<string>
  write(line: LabLine): void
}

const clientDefaults: Pick<PingClientOptions, Defaults> = {
  udp: false,
  fromPort: 0,
  tokens: QUIT_TOKENS,
  encoding: "utf-8",
  chunkBytes: labLimits.pingChunkBytes,
  timeoutMs: labLimits.replyTimeoutMs,
  pauseMs: labLimits.pauseMs,
}

/** Pings a lab server, the coursework's own among them. @throws see `ping` */
export function pingLab({ messages, write, ...options }: LabPingClientOptions): Promise<void> {
  return ping({ ...clientDefaults, ...options }, messages, new LabLog(write))
}
