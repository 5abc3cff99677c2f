import type { Delivery } from "../gateways/lab/deliver.ts"
import { type LabLine, LabLog } from "../gateways/lab/log.ts"
import { exchange, type SumClientOptions, type SumOutcome } from "../gateways/lab/sum/client.ts"
import { SumServer, type SumSettings, sumDefaults } from "../gateways/lab/sum/server.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"
import { type LabService, openLabPort } from "./lab-service.ts"

export { asText, type LabLine } from "../gateways/lab/log.ts"

export interface LabSumOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly deliver?: Delivery | undefined
  readonly settings?: Partial<SumSettings>
  write(line: LabLine): void
}

export interface LabSumService extends LabService {
  /** Resolves when a client's number was out of range; then the service is to be closed. */
  readonly stopped: Promise<void>
}

/** Starts the lab's sum service, which a number out of range stops. @throws LandlineError port_in_use | usage */
export async function serveLabSum(options: LabSumOptions): Promise<LabSumService> {
  const { host, port, write } = options
  const log = new LabLog(write)
  const settings: SumSettings = { ...sumDefaults, onOutOfRange: "stop", ...options.settings }
  const server = new SumServer(log, settings)
  const service = await openLabPort({
    host,
    port,
    log,
    serve: (socket) => server.serve(socket),
    closeAll: () => server.close(),
    deliver: options.deliver,
  })
  log.info("start_server", sumListening(settings.name, `${host}:${service.port}`))
  return { ...service, stopped: server.stopped }
}

/** As the document has it. */
export const sumListening = (name: string, address: string): string =>
  `${name} started and listening on ${address}`

type Defaults = "timeoutMs" | "pauseMs"

export interface LabSumClientOptions
  extends Omit<SumClientOptions, Defaults>,
    Partial<Pick<SumClientOptions, Defaults>> {
  write(line: LabLine): void
}

/** One exchange, with the coursework's own server too. @throws see `exchange` */
export function exchangeLabSum(options: LabSumClientOptions): Promise<SumOutcome> {
  const defaults = { timeoutMs: labLimits.replyTimeoutMs, pauseMs: labLimits.pauseMs }
  return exchange({ ...defaults, ...options }, new LabLog(options.write))
}
