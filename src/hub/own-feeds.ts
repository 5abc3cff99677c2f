import { statfs } from "node:fs/promises"
import { loadavg } from "node:os"
import type { Feeds } from "../capabilities/feeds/feeds.ts"
import { HUB } from "../core/author.ts"
import { LandlineError } from "../protocol/errors.ts"
import type { FeedAbout } from "../protocol/feeds.ts"

const HUB_EVERY_MS = 5_000

/** What the hub measures of itself. */
export interface Measured {
  connections(): number
  /** Entries stored since the hub began. */
  entries(): number
}

/** A feed in which the hub speaks. */
export interface OwnFeed {
  readonly feed: string
  readonly about: FeedAbout
  readonly everyMs: number
  /** What it says next. */
  next(): Promise<unknown> | unknown
}

/** The feed `hub`: how the hub is. @param data its folder, or `:memory:` */
export function hubFeed(data: string, measured: Measured): OwnFeed {
  let before = { entries: measured.entries(), time: performance.now() }
  return {
    feed: "hub",
    about: { title: "How the hub is" },
    everyMs: HUB_EVERY_MS,
    async next() {
      const now = { entries: measured.entries(), time: performance.now() }
      const seconds = Math.max(0.001, (now.time - before.time) / 1_000)
      const entriesPerSecond = Math.round(((now.entries - before.entries) / seconds) * 10) / 10
      before = now
      return {
        load: Math.round(loadavg()[0]! * 100) / 100,
        connections: measured.connections(),
        entriesPerSecond,
        memoryBytes: process.memoryUsage.rss(),
        ...(data !== ":memory:" && { freeDiskBytes: await freeBytes(data) }),
      }
    },
  }
}

/** Publishes what the hub itself has to say, until it is told to end. */
export class OwnFeeds {
  readonly #feeds: Feeds
  readonly #onError: (error: unknown) => void
  readonly #timers: NodeJS.Timeout[] = []

  /** @param onError told of a message that could not be stored; the next one is tried all the same */
  constructor(feeds: Feeds, onError: (error: unknown) => void) {
    this.#feeds = feeds
    this.#onError = onError
  }

  /** @returns false where the name is somebody else's feed from before: it stays theirs, and `onError` is told */
  async begin(own: OwnFeed): Promise<boolean> {
    const { feed, about, everyMs } = own
    this.#feeds.reserve(feed)
    if (!(await this.#take(feed))) return false
    await this.#feeds.describe(HUB, feed, about)
    let publishing = false
    const publish = async () => {
      if (publishing) return // the disk is slower than the feed: what is late is left out
      publishing = true
      try {
        await this.#feeds.publish(HUB, feed, [Buffer.from(JSON.stringify(await own.next()))])
      } catch (error) {
        this.#onError(error)
      } finally {
        publishing = false
      }
    }
    this.#timers.push(setInterval(() => void publish(), everyMs).unref())
    await publish()
    return true
  }

  async #take(feed: string): Promise<boolean> {
    const there = (await this.#feeds.feeds(HUB)).find((known) => known.feed === feed)
    if (there && there.createdBy !== HUB.name && there.createdBy !== "") {
      const say = `The feed ${feed} is of ${there.createdBy}, so the hub does not speak in it. Delete it, and start again.`
      this.#onError(new LandlineError("feed_exists", { feed }, say))
      return false
    }
    if (there?.createdBy === "") await this.#feeds.remove(HUB, feed) // a salvaged log does not tell whose it was
    await this.#feeds.create(HUB, feed, "application/json")
    return true
  }

  end(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
