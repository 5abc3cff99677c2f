import { randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import type { Socket } from "node:net"
import { hostname } from "node:os"
import { fileURLToPath } from "node:url"
import type { FastifyInstance } from "fastify"
import pino, { type Logger } from "pino"
import { Chat } from "../capabilities/chat/chat.ts"
import { Exchanges } from "../capabilities/check/exchanges.ts"
import { Lines } from "../capabilities/check/lines.ts"
import { Turns } from "../capabilities/check/turns.ts"
import { Feeds } from "../capabilities/feeds/feeds.ts"
import { type FileSettings, Files } from "../capabilities/files/files.ts"
import { Lab, type LabPort } from "../capabilities/lab/lab.ts"
import { HUB } from "../core/author.ts"
import { Rules } from "../core/authorize.ts"
import { systemClock } from "../core/clock.ts"
import { People } from "../core/people.ts"
import { Presence } from "../core/presence.ts"
import { Retainer } from "../core/retention.ts"
import { Sessions } from "../core/sessions.ts"
import { Topics } from "../core/topics.ts"
import { createHttpGateway } from "../gateways/http/gateway.ts"
import { ProbeDoor } from "../gateways/line/probe-door.ts"
import { SumDoor } from "../gateways/line/sum-door.ts"
import { UdpDoor } from "../gateways/line/udp.ts"
import { type UpgradeDoor, upgrades } from "../gateways/upgrades.ts"
import { WebSocketGateway } from "../gateways/websocket/gateway.ts"
import { LandlineError } from "../protocol/errors.ts"
import { EXCHANGE_PATH } from "../protocol/exchange.ts"
import { LOBBY } from "../protocol/names.ts"
import { PROBE_PATH } from "../protocol/probe.ts"
import { SESSION_PATH } from "../protocol/session.ts"
import { hostsOf, inAddress } from "./addresses.ts"
import type { LabRunning } from "./lab.ts"
import { listen } from "./listen.ts"
import { createMetrics } from "./metrics.ts"
import { hubFeed, OwnFeeds } from "./own-feeds.ts"
import { readSettings } from "./read-settings.ts"
import { labRoom, type SettingName, type Settings } from "./settings.ts"
import { openStorage } from "./storage.ts"
import { version } from "./version.ts"

/** A hub that runs. */
export interface Hub extends AsyncDisposable {
  /** `http://localhost:7300` */
  readonly address: string
  /** By what it is reached, this machine's own name for itself first, where that is among it. */
  readonly hosts: readonly string[]
  /** With `http://` and the port, each. */
  readonly addresses: readonly string[]
  readonly port: number
  readonly settings: Settings
  /** Where somebody new begins to talk, in starter lines. */
  readonly startRoom: string
  /** Where each lab service listens. */
  readonly lab: readonly LabPort[]
  /** In which their programs talk. */
  readonly labRoom: string
  /** Tells everybody, commits everything, ends. */
  close(): Promise<void>
}

export interface HubOptions {
  /** The hub's own log; silent by default. */
  readonly logger?: Logger
  /** Lines of the lab services. */
  readonly labOutput?: (line: string) => void
}

/**
 * Starts a hub: the one place where parts are joined.
 * @param given settings as in the table; what is left out comes from the environment or its default
 * @throws LandlineError usage | port_in_use | data_in_use | data_newer | data_damaged | data_unwritable
 */
export async function startHub(
  given: { [K in SettingName]?: unknown } = {},
  options: HubOptions = {},
): Promise<Hub> {
  const settings = readSettings(given)
  const room = labRoom(settings)
  // A class: of all rooms, its guests enter this one only.
  const guestRoom = settings.lab === true ? room : undefined
  const startRoom = guestRoom ?? LOBBY
  const rules = new Rules(guestRoom)
  const logger = options.logger ?? pino({ level: "silent" })
  const metrics = createMetrics({
    connections: () => sessionsGateway.load.connections,
    queuedBytes: () => sessionsGateway.load.queuedBytes,
    sessions: () => sessions.size,
    followers: () => topics.followers(),
    blocks: () => feeds.lastBlocks(),
  })
  const { log, index, directory, blobs } = await openStorage(settings, systemClock, metrics)
  const topics = new Topics(log, systemClock, metrics)
  const people = new People(directory)
  const sessions = new Sessions(people)
  const presence = new Presence()
  const chat = new Chat({ topics, log, index, directory, presence, rules })
  const files = new Files({ blobs, directory, topics, rules, settings: fileSettings(settings) })
  const feeds = new Feeds({
    topics,
    log,
    directory,
    rules,
    events: {
      notice: (room, text) =>
        void chat.say(HUB, room, text).catch((error) => logger.warn({ err: error, room }, "notice")),
      block(feed, receiver, report) {
        logger.info({ feed, receiver, ...report }, "block")
      },
      onError: (error) => logger.warn({ err: error }, "feeds"),
    },
  })
  const check = {
    turns: new Turns(systemClock, randomUUID),
    lines: new Lines(systemClock, rules),
    exchanges: new Exchanges((run) => logger.info(run, "sum")),
  }
  const hub = { name: settings.name, version }
  const names = hubNames(settings)
  const hosts = hostsOf(settings)
  const addresses = () => hosts.map((host) => `http://${inAddress(host)}:${portOf(http.app)}`)
  const records = new Lab(systemClock)
  const onDefect = (cause: unknown) => logger.error({ err: cause }, "defect")

  const sessionsGateway = new WebSocketGateway({
    publishRate: settings.publishRate,
    lineEveryMs: settings.lineEvery * 1_000,
    chat,
    feeds,
    check,
    sessions,
    presence,
    hub,
    telemetry: metrics,
    onDefect,
  })
  const http = createHttpGateway({
    chat,
    files,
    feeds,
    check,
    lab: settings.lab ? records : undefined,
    people,
    hub,
    addresses,
    startRoom,
    names,
    clientFile: built("client.js"),
    webFolder: built("web"),
    metrics: metrics.render,
    ready: () => metrics.storing,
    onDefect,
  })
  const probeDoor = new ProbeDoor()
  const sumDoor = new SumDoor({ exchanges: check.exchanges, hub, onDefect })
  const doors = new Map<string, UpgradeDoor>([
    [SESSION_PATH, sessionsGateway],
    [PROBE_PATH, probeDoor],
    [EXCHANGE_PATH, sumDoor],
  ])
  const upgrade = upgrades(doors, names)
  http.app.server.on("upgrade", (request, socket, head) => upgrade(request, socket as Socket, head))
  const retainer = new Retainer(topics, ({ topic }) =>
    topic.startsWith("feed/") ? feeds.retention(topic) : retention(settings),
  )

  const ownFeeds = new OwnFeeds(feeds, (error) => logger.warn({ err: error }, "own feeds"))

  let udpDoor: UdpDoor | undefined
  let lab: LabRunning[] = []

  async function close(): Promise<void> {
    const stopping = new LandlineError("stopping")
    retainer.end()
    ownFeeds.end()
    feeds.close()
    await Promise.all(lab.map((service) => service.close()))
    await files.close()
    await udpDoor?.close()
    probeDoor.close()
    await sumDoor.close()
    await sessionsGateway.close(stopping)
    await topics.close(stopping)
    http.endStreams()
    await http.app.close()
    presence.close()
    await blobs.close()
    await index.close()
    await log.close()
  }

  try {
    await chat.begin()
    await feeds.begin()
    await files.begin((error) => logger.warn({ err: error }, "files"))
    const measured = {
      connections: () => sessionsGateway.load.connections,
      entries: () => metrics.entries,
    }
    await ownFeeds.begin(hubFeed(settings.data, measured))
    const host = await listen(http.app, settings)
    udpDoor = await openUdp(http.app, settings.probeRate, logger)
    if (settings.lab) {
      // Loaded only now: what makes random people takes megabytes.
      const { labFeeds } = await import("./lab-feeds.ts")
      const { asText, serveHubLab } = await import("./lab.ts")
      let joined = true
      for (const feed of labFeeds(settings.labIntervalMs, settings.labSize))
        joined = (await ownFeeds.begin(feed)) && joined
      lab = await serveHubLab({
        services: settings.lab,
        lab: records,
        host,
        hubPort: portOf(http.app),
        room,
        folder: settings.labDir,
        write: (line) => options.labOutput?.(asText(line)),
        chat,
        files,
        feeds,
        joined,
        intervalMs: settings.labIntervalMs,
        size: settings.labSize,
        people,
        presence,
      })
    }
  } catch (error) {
    await close()
    throw error
  }
  retainer.begin((error) => logger.warn({ err: error }, "retention"))
  const port = portOf(http.app)
  let closing: Promise<void> | undefined
  const closeOnce = () => {
    closing ??= close()
    return closing
  }
  return {
    address: `http://localhost:${port}`,
    hosts,
    addresses: addresses(),
    port,
    settings,
    startRoom,
    lab,
    labRoom: room,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}

/** Probes come to the hub's own port number, at the addresses where it listens. */
async function openUdp(app: FastifyInstance, rate: number, logger: Logger): Promise<UdpDoor | undefined> {
  const addresses = app.addresses().flatMap((at) => (typeof at === "object" ? at.address : []))
  const port = portOf(app)
  const door = await UdpDoor.open({ addresses, port, rate }, (error) => logger.warn({ err: error }, "udp"))
  if (!door) logger.warn(`UDP port ${port} is in use: the line can be checked over TCP only.`)
  return door
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address()
  return typeof address === "object" && address ? address.port : 0
}

function retention({ keepEntries, keepBytes, keepDays }: Settings) {
  return {
    ...(keepEntries > 0 && { entriesMax: keepEntries }),
    ...(keepBytes > 0 && { bytesMax: keepBytes }),
    ...(keepDays > 0 && { ageMax: keepDays * 24 * 3_600_000 }),
  }
}

function fileSettings({ filesBytes, filesBytesPerPerson, filesDays }: Settings): FileSettings {
  return { bytesMax: filesBytes, bytesPerPersonMax: filesBytesPerPerson, keptMs: filesDays * 24 * 3_600_000 }
}

function hubNames({ host }: Settings): ReadonlySet<string> {
  const own = hostname().toLowerCase()
  return new Set([own, `${own}.local`, host.toLowerCase()])
}

/** What is built for browsers; undefined where it was not. */
function built(path: "client.js" | "web"): string | undefined {
  const place = fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))
  return existsSync(place) ? place : undefined
}
