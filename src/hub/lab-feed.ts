import type { Delivery } from "../gateways/lab/deliver.ts"
import { type FeedClientOptions, receiveFeed } from "../gateways/lab/feed/client.ts"
import { seedRandom } from "../gateways/lab/feed/random.ts"
import { RandomSource, type RandomSourceOptions } from "../gateways/lab/feed/random-source.ts"
import { FeedServer, type FeedSettings, feedDefaults } from "../gateways/lab/feed/server.ts"
import { type LabLine, LabLog } from "../gateways/lab/log.ts"
import { closed, type LabService, openLabPort } from "./lab-service.ts"

export { asText, type LabLine } from "../gateways/lab/log.ts"

export interface LabFeedOptions extends Partial<RandomSourceOptions> {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly deliver?: Delivery | undefined
  /** Makes the messages repeatable. */
  readonly seed?: number | undefined
  readonly settings?: Partial<FeedSettings>
  write(line: LabLine): void
}

/** Starts the lab's feed service with messages made for each client. @throws LandlineError port_in_use | usage */
export async function serveLabFeed(options: LabFeedOptions): Promise<LabService> {
  const { host, port, write, seed, intervalMs = 1_000, size = 100, format = "text" } = options
  if (seed !== undefined) seedRandom(seed)
  const log = new LabLog(write)
  const source = new RandomSource({ intervalMs, size, format })
  const server = new FeedServer(source, log, { ...feedDefaults, ...options.settings })
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
    everyMs: intervalMs,
  })
  log.info("main", `Server started on ws://${host.includes(":") ? `[${host}]` : host}:${service.port}`)
  return service
}

export interface LabFeedClientOptions extends Omit<FeedClientOptions, "onTrouble"> {
  write(line: LabLine): void
}

/** A receiver, for the coursework's own server too. @throws see `receiveFeed` */
export function receiveLabFeed(options: LabFeedClientOptions): Promise<void> {
  const log = new LabLog(options.write)
  return receiveFeed({ ...options, onTrouble: (reason) => log.warning("main", reason) })
}
