import { randomUUID } from "node:crypto"
import type { AddressInfo } from "node:net"
import { Chat } from "../../src/capabilities/chat/chat.ts"
import { Exchanges } from "../../src/capabilities/check/exchanges.ts"
import { Lines } from "../../src/capabilities/check/lines.ts"
import { Turns } from "../../src/capabilities/check/turns.ts"
import { Feeds } from "../../src/capabilities/feeds/feeds.ts"
import { Files } from "../../src/capabilities/files/files.ts"
import type { Lab } from "../../src/capabilities/lab/lab.ts"
import type { BlobStore } from "../../src/core/blob-store.ts"
import { systemClock } from "../../src/core/clock.ts"
import { People } from "../../src/core/people.ts"
import { Presence } from "../../src/core/presence.ts"
import type { TopicLog } from "../../src/core/topic-log.ts"
import { Topics } from "../../src/core/topics.ts"
import { createHttpGateway, type HttpGateway, type HttpLimits } from "../../src/gateways/http/gateway.ts"
import { limits } from "../../src/protocol/limits.ts"
import { LOBBY } from "../../src/protocol/names.ts"
import { openMemoryBlobs } from "../../src/storage/memory/blob-store.ts"
import { openMemoryDirectory } from "../../src/storage/memory/directory.ts"
import { openMemoryIndex } from "../../src/storage/memory/topic-index.ts"
import { openMemoryLog } from "../../src/storage/memory/topic-log.ts"

export interface TestGateway extends HttpGateway, AsyncDisposable {
  readonly port: number
  readonly address: string
  readonly topics: Topics
  readonly chat: Chat
  readonly feeds: Feeds
  readonly files: Files
  /** What should never happen, and did. */
  readonly defects: unknown[]
}

/** The HTTP door alone, over a log of the test's choice and with limits that a test can reach. */
export async function startGateway(
  bounds: Partial<HttpLimits> = {},
  log: TopicLog = openMemoryLog(),
  blobs: BlobStore = openMemoryBlobs(),
  lab?: Lab,
): Promise<TestGateway> {
  const defects: unknown[] = []
  const topics = new Topics(log)
  const directory = openMemoryDirectory()
  const presence = new Presence()
  const chat = new Chat({ topics, log, index: openMemoryIndex(log), directory, presence })
  const files = new Files({ blobs, directory, topics })
  const feeds = new Feeds({
    topics,
    log,
    directory,
    events: { notice: () => {}, block: () => {}, onError: (error) => defects.push(error) },
  })
  await chat.begin()
  await feeds.begin()
  await files.begin()
  const gateway = createHttpGateway(
    {
      chat,
      feeds,
      files,
      check: {
        turns: new Turns(systemClock, randomUUID),
        lines: new Lines(systemClock),
        exchanges: new Exchanges(),
      },
      lab,
      people: new People(directory),
      hub: { name: "test", version: "0" },
      startRoom: LOBBY,
      addresses: () => [],
      names: new Set(),
      clientFile: undefined,
      metrics: async () => "",
      ready: () => true,
      onDefect: (cause) => defects.push(cause),
    },
    { ...limits, ...bounds },
  )
  await gateway.app.listen({ port: 0, host: "127.0.0.1" })
  const { port } = gateway.app.server.address() as AddressInfo
  return {
    ...gateway,
    port,
    address: `http://127.0.0.1:${port}`,
    topics,
    chat,
    feeds,
    files,
    defects,
    async [Symbol.asyncDispose]() {
      gateway.endStreams()
      await gateway.app.close()
      feeds.close()
      await files.close()
    },
  }
}
