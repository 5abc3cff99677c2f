import type { Feeds } from "../../../capabilities/feeds/feeds.ts"
import type { Batch } from "../../../core/batch.ts"
import type { Follower } from "../../../core/follower.ts"
import type { People } from "../../../core/people.ts"
import { LandlineError } from "../../../protocol/errors.ts"
import { encodeText } from "../../../protocol/lab/feed-frames.ts"
import {
  type FeedKind,
  type FeedWant,
  parseJson,
  renderNumbers,
  renderUser,
} from "../../../protocol/lab/feed-messages.ts"
import type { FeedReport } from "../../../protocol/lab/feed-reports.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { randomChoice } from "./random.ts"
import type { FeedMember, FeedReceiver, FeedSource } from "./source.ts"

export interface HubFeedsParts {
  readonly feeds: Pick<Feeds, "follow" | "report">
  readonly people: People
  /** Between two messages to a client that takes both feeds. */
  readonly intervalMs: number
}

/** How a message goes to lab clients: as the coursework's server writes it, in a frame; made once for all of them. */
const feedFormat = { encode: (batch: Batch) => encodeText(rendered(batch.entries.at(-1)!.body)) }

function rendered(body: Uint8Array): string {
  const text = new TextDecoder().decode(body)
  const values = parseJson(text)
  if (values === undefined) return text
  return Array.isArray(values) ? renderNumbers(values) : renderUser(values)
}

/** The hub's feeds `users` and `numbers`, for lab clients: each is a guest, and its reports are kept with the feed. */
export class HubFeeds implements FeedSource {
  readonly #parts: HubFeedsParts

  constructor(parts: HubFeedsParts) {
    this.#parts = parts
  }

  async join(address: string, want: FeedWant, receiver: FeedReceiver): Promise<FeedMember> {
    const member = new HubMember(this.#parts, address, want)
    try {
      await member.follow(receiver)
    } catch (error) {
      member.leave()
      throw error
    }
    return member
  }
}

/** Of clients that give no name. */
const NAMELESS = "lab"

class HubMember implements FeedMember {
  readonly #parts: HubFeedsParts
  readonly #address: string
  readonly #kinds: readonly FeedKind[]
  readonly #followers: Follower[] = []
  readonly #fresh = new Map<FeedKind, Uint8Array>() // of both feeds: the newest message, until it is sent
  #name = NAMELESS
  #who
  #blocks = 0
  #timer: NodeJS.Timeout | undefined

  constructor(parts: HubFeedsParts, address: string, want: FeedWant) {
    this.#parts = parts
    this.#address = address
    this.#kinds = want === "both" ? ["users", "numbers"] : [want]
    this.#who = parts.people.guest(NAMELESS)
  }

  async follow(receiver: FeedReceiver): Promise<void> {
    const { feeds, intervalMs } = this.#parts
    const both = this.#kinds.length > 1
    for (const kind of this.#kinds) {
      const follow = await feeds.follow(this.#who, kind, "now")
      const take = both ? (frame: Uint8Array) => void this.#fresh.set(kind, frame) : receiver.receive
      this.#followers.push(follow.start({ ...unbounded(take), end: receiver.end }, true))
    }
    if (both) this.#timer = setInterval(() => this.#sendOne(receiver), intervalMs)
  }

  #sendOne(receiver: FeedReceiver): void {
    const [users, numbers] = [this.#fresh.get("users"), this.#fresh.get("numbers")]
    const frame = users && numbers ? (randomChoice() ? users : numbers) : (users ?? numbers)
    this.#fresh.clear()
    if (frame) receiver.receive(frame)
  }

  report({ name, messages, block, spanMs }: FeedReport): void {
    if (name !== undefined && name !== this.#name) this.#rename(name)
    if (spanMs === undefined) return
    const report = {
      block: block ?? ++this.#blocks,
      messages: messages ?? labLimits.feedBlockMessages,
      spanMs,
    }
    for (const kind of this.#kinds) this.#parts.feeds.report(this.#who, kind, report, this.#address)
  }

  /** A name that nobody can have in the hub is left in the log. */
  #rename(name: string): void {
    const { people } = this.#parts
    this.#name = name
    try {
      const named = people.guest(name)
      people.leave(this.#who)
      this.#who = named
    } catch (error) {
      if (!(error instanceof LandlineError) || error.code !== "bad_name") throw error
    }
  }

  leave(): void {
    clearInterval(this.#timer)
    for (const follower of this.#followers) follower.close()
    this.#parts.people.leave(this.#who)
  }
}

/** Takes always: the connection itself leaves out what its client does not read. */
function unbounded(take: (frame: Uint8Array) => void) {
  return {
    full: false,
    deliver(batch: Batch): boolean {
      take(batch.encoded(feedFormat))
      return true
    },
    gap: () => true,
  }
}
