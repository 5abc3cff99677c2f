import type { Socket } from "node:net"
import type { Chat } from "../capabilities/chat/chat.ts"
import type { Lab } from "../capabilities/lab/lab.ts"
import type { Trace } from "../capabilities/lab/trace.ts"
import type { Author } from "../core/author.ts"
import { HubRoom, type HubRoomParts } from "../gateways/lab/chat/hub-room.ts"
import { ChatServer, chatDefaults } from "../gateways/lab/chat/server.ts"
import { HubFeeds, type HubFeedsParts } from "../gateways/lab/feed/hub-source.ts"
import { RandomSource } from "../gateways/lab/feed/random-source.ts"
import { FeedServer, feedDefaults } from "../gateways/lab/feed/server.ts"
import { FolderSink } from "../gateways/lab/file/folder.ts"
import { HubFiles, type HubFilesParts } from "../gateways/lab/file/hub-files.ts"
import { FileServer, fileDefaults } from "../gateways/lab/file/server.ts"
import { type FileSink, SeveralSinks } from "../gateways/lab/file/sink.ts"
import { HelloServer, helloDefaults } from "../gateways/lab/hello/server.ts"
import { type LabLine, LabLog } from "../gateways/lab/log.ts"
import { PingServer, pingDefaults } from "../gateways/lab/ping/server.ts"
import { record, recordDatagrams } from "../gateways/lab/record.ts"
import { SharedPort, type Sharing } from "../gateways/lab/shared-port.ts"
import { SumServer, sumDefaults } from "../gateways/lab/sum/server.ts"
import { LandlineError } from "../protocol/errors.ts"
import type { LabPorts } from "../protocol/lab/diagnosis.ts"
import { labLimits } from "../protocol/lab/lab-limits.ts"
import { chatOrFile, feedOrSum } from "../protocol/lab/other-protocol.ts"
import type { LabServiceName } from "../protocol/lab/records.ts"
import { limits } from "../protocol/limits.ts"
import { openPingPort } from "./lab-ping.ts"
import { closed, type LabService, openLabPort } from "./lab-service.ts"
import { sumListening } from "./lab-sum.ts"

export { asText } from "../gateways/lab/log.ts"

/** Each service and the port of its document, so that coursework clients need no edit. */
const DOCUMENT_PORTS: Record<LabServiceName, number> = {
  chat: 12345,
  file: 12345,
  feed: 8000,
  sum: 8000,
  ping: 3033,
  hello: 50_000,
}
/** Services that can be told apart on one port. */
const SHARINGS: readonly Sharing<LabServiceName>[] = [
  {
    names: ["chat", "file"],
    tell: chatOrFile,
    expected: "a chat header of 10 bytes, or a file's name",
    mend: "Chat and file transfer share this port, and the client speaks first.",
  },
  {
    names: ["feed", "sum"],
    tell: feedOrSum,
    expected: "a WebSocket handshake, or a name and a number",
    mend: "Feed and sum share this port, and the client speaks first.",
  },
]

export interface HubLabOptions extends HubRoomParts, HubFilesParts, HubFeedsParts {
  /** The feeds of the lab are the hub's own; else its streaming service makes messages by itself. */
  readonly joined: boolean
  /** Numbers of an array. */
  readonly size: number
  /** `true`: all of them; else a list such as `chat` or `chat:2000`. */
  readonly services: true | string
  readonly host: string
  /** Where the hub answers HTTP. */
  readonly hubPort: number
  /** Where files are saved as well; left out: nowhere. */
  readonly folder?: string | undefined
  /** Where connections and diagnoses are kept. */
  readonly lab: Lab
  write(line: LabLine): void
}

/** A service that runs. */
export type LabRunning = LabService & { readonly service: LabServiceName }

interface Service {
  serve(socket: Socket, firstBytes?: Uint8Array): Promise<void>
  closeAll(): Promise<void>
  listening(address: string): void
  /** Opens its port; left out: TCP alone. */
  readonly open?: typeof openLabPort
}

/**
 * Starts lab services inside a hub, joined to what it holds.
 * @throws LandlineError usage | bad_name | too_many | port_in_use; then none of them runs
 */
export async function serveHubLab(options: HubLabOptions): Promise<LabRunning[]> {
  const { host, hubPort, write, chat, room, lab } = options
  const ports = wanted(options.services)
  const log = new LabLog((line) => {
    if (line.diagnosis) lab.diagnosed(line.diagnosis, line.diagnosis.address)
    write(line)
  })
  const traces = new WeakMap<Socket, Trace>()
  await makeRoom(chat, room, log)
  const known: LabPorts = { hub: hubPort }
  const services = await servicesOf(options, log, known)
  const started: LabRunning[] = []
  try {
    for (const { names, port } of ports) {
      const sharing = sharingOf(names)
      const shared =
        sharing &&
        new SharedPort(
          sharing,
          (name, socket, firstBytes) => {
            traces.get(socket)!.service = name
            void services[name].serve(socket, firstBytes)
          },
          log,
          labLimits.timeoutMs,
        )
      const open = services[names[0]!].open ?? openLabPort
      const running = await open({
        host,
        port,
        log,
        watch: (socket) => void traces.set(socket, record(lab, socket, shared ? undefined : names[0])),
        watchDatagrams: recordDatagrams(lab, names[0]!),
        async serve(socket) {
          if (!shared) return services[names[0]!].serve(socket)
          shared.take(socket)
          await closed(socket)
        },
        async closeAll() {
          shared?.close()
          await Promise.all(names.map((name) => services[name].closeAll()))
        },
      })
      for (const service of names) {
        known[service] = running.port
        services[service].listening(`${host}:${running.port}`)
        started.push({ service, ...running })
      }
    }
  } catch (error) {
    await Promise.all(started.map((running) => running.close()))
    throw error
  }
  lab.begin(
    room,
    started.map(({ service, port }) => ({ service, port })),
  )
  return started
}

async function servicesOf(
  options: HubLabOptions,
  log: LabLog,
  ports: LabPorts,
): Promise<Record<LabServiceName, Service>> {
  const chat = new ChatServer(new HubRoom(options), log, { ...chatDefaults, ports })
  const fileBytesMax = limits.fileBytesMax // the hub has bounds of its own
  const file = new FileServer(await sinkOf(options), log, { ...fileDefaults, ports, fileBytesMax })
  const source = options.joined ? new HubFeeds(options) : new RandomSource({ ...options, format: "text" })
  const feed = new FeedServer(source, log, { ...feedDefaults, ports })
  const sum = new SumServer(log, { ...sumDefaults, ports })
  const ping = new PingServer(log, { ...pingDefaults, ports })
  const hello = new HelloServer(log, { ...helloDefaults, ports })
  return {
    chat: {
      serve(socket, firstBytes) {
        chat.serve(socket, firstBytes)
        return closed(socket)
      },
      closeAll: () => chat.close(),
      listening: (address) => log.info("start", `Server started on ${address}`),
    },
    file: {
      serve: (socket, firstBytes) => file.serve(socket, firstBytes),
      closeAll: () => file.close(),
      listening: (address) => log.info("__init__", `Listening on ${address}`),
    },
    feed: {
      serve(socket, firstBytes) {
        feed.serve(socket, firstBytes)
        return closed(socket)
      },
      closeAll: () => feed.close(),
      listening: (address) => log.info("main", `Server started on ws://${address}`),
    },
    sum: {
      serve: (socket, firstBytes) => sum.serve(socket, firstBytes),
      closeAll: () => sum.close(),
      listening: (address) => log.info("start_server", sumListening(sumDefaults.name, address)),
    },
    ping: {
      serve: (socket) => ping.serve(socket),
      closeAll: () => ping.close(),
      listening: (address) => log.info("init", `Listening on ${address}, TCP and UDP`),
      open: openPingPort,
    },
    hello: {
      serve: (socket) => hello.serve(socket),
      closeAll: () => hello.close(),
      listening: (address) => log.info("main", `Listening on ${address}`),
    },
  }
}

async function sinkOf(options: HubLabOptions): Promise<FileSink> {
  const hubFiles = new HubFiles(options)
  if (options.folder === undefined) return hubFiles
  return new SeveralSinks([hubFiles, await FolderSink.open(options.folder)])
}

/** The hub itself: rooms that it makes are nobody's, as the lobby is. */
const HUB: Author = { name: "", role: "member" }

/** Makes the room where there is none. @throws LandlineError bad_name | too_many | log_unavailable */
async function makeRoom(chat: Chat, room: string, log: LabLog): Promise<void> {
  try {
    await chat.room(HUB, room)
  } catch (error) {
    if (!(error instanceof LandlineError) || error.code !== "unknown_room") throw error
    const made = await chat.createRoom(HUB, room)
    log.info("start", `Made the room ${made.room}`)
  }
}

/** Ports and the services on each. Port 0 is another one each time. */
function wanted(services: true | string): { names: LabServiceName[]; port: number }[] {
  const ports: { names: LabServiceName[]; port: number }[] = []
  const texts = services === true ? Object.keys(DOCUMENT_PORTS) : services.split(",")
  for (const { name, port } of texts.map(serviceAndPort)) {
    const shared = ports.find((other) => port !== 0 && other.port === port && !other.names.includes(name))
    if (shared && !sharingOf([...shared.names, name]))
      throw new LandlineError(
        "usage",
        { port },
        `--lab: ${name} cannot share port ${port} with ${shared.names.join(" and ")}. Give it another port.`,
      )
    if (shared) shared.names.push(name)
    else ports.push({ names: [name], port })
  }
  return ports
}

function serviceAndPort(text: string): { name: LabServiceName; port: number } {
  const [name = "", port] = text.trim().split(":")
  if (!isService(name) || !/^\d{0,5}$/.test(port ?? "") || Number(port ?? 0) > 65_535)
    throw new LandlineError(
      "usage",
      {},
      `--lab does not know ${JSON.stringify(text)}. It is a list of SERVICE or SERVICE:PORT; services: ${Object.keys(DOCUMENT_PORTS).join(", ")}.`,
    )
  return { name, port: port ? Number(port) : DOCUMENT_PORTS[name] }
}

/** How services that are on one port are told apart; undefined for one alone, or where they cannot be. */
function sharingOf(names: readonly LabServiceName[]): Sharing<LabServiceName> | undefined {
  if (names.length === 1) return undefined
  return SHARINGS.find((sharing) => names.every((name) => sharing.names.includes(name)))
}

const isService = (name: string): name is LabServiceName => Object.hasOwn(DOCUMENT_PORTS, name)
