import type { Delivery } from "../gateways/lab/deliver.ts"
import { greet, type HelloClientOptions } from "../gateways/lab/hello/client.ts"
import { HelloServer, type HelloSettings, helloDefaults } from "../gateways/lab/hello/server.ts"
import { type LabLine, LabLog } from "../gateways/lab/log.ts"
import { CLIENT_GREETING } from "../protocol/lab/hello.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"
import { type LabService, openLabPort } from "./lab-service.ts"

export { asText, type LabLine } from "../gateways/lab/log.ts"

export interface LabHelloOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly deliver?: Delivery | undefined
  readonly settings?: Partial<HelloSettings>
  write(line: LabLine): void
}

/** Starts the lab's hello service. @throws LandlineError port_in_use | usage */
export async function serveLabHello(options: LabHelloOptions): Promise<LabService> {
  const { host, port, write } = options
  const log = new LabLog(write)
  const server = new HelloServer(log, { ...helloDefaults, ...options.settings })
  const service = await openLabPort({
    host,
    port,
    log,
    serve: (socket) => server.serve(socket),
    closeAll: () => server.close(),
    deliver: options.deliver,
  })
  log.info("main", `Listening on ${host}:${service.port}`)
  return service
}

type Defaults = "message" | "timeoutMs" | "pauseMs"

export interface LabHelloClientOptions
  extends Omit<HelloClientOptions, Defaults>,
    Partial<Pick<HelloClientOptions, Defaults>> {
  write(line: LabLine): void
}

const clientDefaults: Pick<HelloClientOptions, Defaults> = {
  message: CLIENT_GREETING,
  timeoutMs: labLimits.helloTimeoutMs,
  pauseMs: labLimits.pauseMs,
}

/** Greets a server, the coursework's own too. @throws see `greet` */
export function greetLab({ write, ...options }: LabHelloClientOptions): Promise<void> {
  return greet({ ...clientDefaults, ...options }, new LabLog(write))
}
