import { Chat } from "../../src/capabilities/chat/chat.ts"
import { Feeds } from "../../src/capabilities/feeds/feeds.ts"
import { Files } from "../../src/capabilities/files/files.ts"
import { Lab } from "../../src/capabilities/lab/lab.ts"
import { systemClock } from "../../src/core/clock.ts"
import { People } from "../../src/core/people.ts"
import { Presence } from "../../src/core/presence.ts"
import { Topics } from "../../src/core/topics.ts"
import { type HubLabOptions, serveHubLab } from "../../src/hub/lab.ts"
import { LandlineError } from "../../src/protocol/errors.ts"
import type { BlockReport } from "../../src/protocol/feeds.ts"
import { LOBBY } from "../../src/protocol/names.ts"
import { openMemoryBlobs } from "../../src/storage/memory/blob-store.ts"
import { openMemoryDirectory } from "../../src/storage/memory/directory.ts"
import { openMemoryIndex } from "../../src/storage/memory/topic-index.ts"
import { openMemoryLog } from "../../src/storage/memory/topic-log.ts"
import { LabLines } from "./lab.ts"

/** Somebody who is at home in the hub. */
export const ada = { name: "ada", role: "member" } as const

type FeedBlock = BlockReport & { readonly feed: string; readonly receiver: string }

/** A hub's rooms, files and feeds in memory, with lab services joined to its lobby. */
export async function startLabHub(options: Partial<HubLabOptions> & Pick<HubLabOptions, "services">) {
  const log = openMemoryLog(systemClock)
  const topics = new Topics(log)
  const presence = new Presence()
  const directory = openMemoryDirectory(systemClock)
  const chat = new Chat({ topics, log, index: openMemoryIndex(log), directory, presence })
  const files = new Files({ blobs: openMemoryBlobs(), directory, topics })
  const reports: FeedBlock[] = []
  const feeds = new Feeds({
    topics,
    log,
    directory,
    events: {
      notice() {},
      block: (feed, receiver, report) => void reports.push({ feed, receiver, ...report }),
      onError(error) {
        throw error
      },
    },
  })
  await chat.begin()
  await feeds.begin()
  await files.begin()
  const lines = new LabLines()
  const lab = new Lab(systemClock)
  const services = await serveHubLab({
    chat,
    files,
    feeds,
    intervalMs: 20,
    people: new People(directory),
    presence,
    room: LOBBY,
    host: "127.0.0.1",
    hubPort: 7300,
    joined: true,
    size: 100,
    lab,
    write: lines.write,
    ...options,
  })
  const close = async () => {
    await Promise.all(services.map((service) => service.close()))
    await files.close()
    feeds.close()
    await topics.close(new LandlineError("stopping"))
    presence.close()
  }
  const entries = () => chat.history(ada, LOBBY, 100)
  return {
    chat,
    files,
    feeds,
    /** Blocks as they were reported, oldest first. */
    reports,
    directory,
    topics,
    lab,
    lines,
    /** Of the first service. */
    port: services[0]!.port,
    services,
    entries,
    said: async () => (await entries()).map(({ author, body }) => `${author}: ${Buffer.from(body)}`),
    close,
    [Symbol.asyncDispose]: close,
  }
}
export type LabTestHub = Awaited<ReturnType<typeof startLabHub>>
