import type { Delivery } from "../gateways/lab/deliver.ts"
import { type SendOptions, sendFile } from "../gateways/lab/file/client.ts"
import { FolderSink } from "../gateways/lab/file/folder.ts"
import { FileServer, type FileSettings, fileDefaults } from "../gateways/lab/file/server.ts"
import { type LabLine, LabLog } from "../gateways/lab/log.ts"
import { SEPARATOR } from "../protocol/lab/file-transfer.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"
import { type LabService, openLabPort } from "./lab-service.ts"

export { asText, type LabLine } from "../gateways/lab/log.ts"

export interface LabFileOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly deliver?: Delivery | undefined
  /** Where files are saved. */
  readonly folder: string
  readonly settings?: Partial<FileSettings>
  write(line: LabLine): void
}

/** Starts the lab's file service on a port of its own. @throws LandlineError port_in_use | usage */
export async function serveLabFile(options: LabFileOptions): Promise<LabService> {
  const { host, port, folder, write } = options
  const log = new LabLog(write)
  const sink = await FolderSink.open(folder)
  const server = new FileServer(sink, log, { ...fileDefaults, ...options.settings })
  const service = await openLabPort({
    host,
    port,
    log,
    serve: (socket) => server.serve(socket),
    closeAll: () => server.close(),
    deliver: options.deliver,
  })
  log.info("__init__", `Listening on ${host}:${service.port}`)
  return service
}

type Defaults = "separator" | "pauseMs" | "timeoutMs" | "stallMs"

export interface LabSendOptions extends Omit<SendOptions, Defaults>, Partial<Pick<SendOptions, Defaults>> {
  write(line: LabLine): void
}

const sendDefaults: Pick<SendOptions, Defaults> = {
  separator: SEPARATOR,
  pauseMs: labLimits.sendPauseMs,
  timeoutMs: labLimits.replyTimeoutMs,
  stallMs: labLimits.timeoutMs,
}

/** Sends a file, so that the coursework's own server gets it. @throws see `sendFile` */
export function sendLabFile(options: LabSendOptions): Promise<void> {
  return sendFile({ ...sendDefaults, ...options }, new LabLog(options.write))
}
