import type { Author } from "../../core/author.ts"
import { Rules } from "../../core/authorize.ts"
import { type Clock, systemClock } from "../../core/clock.ts"
import type { Directory } from "../../core/directory.ts"
import {
  type FollowFrom,
  type Following,
  followingOf,
  type Gap,
  readFollowing,
} from "../../core/following.ts"
import type { Presence } from "../../core/presence.ts"
import type { Topic } from "../../core/topic.ts"
import type { Index } from "../../core/topic-index.ts"
import type { Appended, Entry, Producer, TopicLog } from "../../core/topic-log.ts"
import { cursorAt, type Topics } from "../../core/topics.ts"
import type { EntryKind } from "../../protocol/entry.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import type { RoomInfo } from "../../protocol/messages.ts"
import { LOBBY, roomName, roomOf, roomTopic } from "../../protocol/names.ts"

export interface ChatParts {
  readonly topics: Topics
  readonly log: TopicLog
  readonly index: Index
  readonly directory: Directory
  readonly presence: Presence
  readonly rules?: Rules
  readonly clock?: Clock
}

/** Rooms, and what is said in them. Names of rooms may come in any spelling of `roomName`. */
export class Chat {
  readonly #parts: ChatParts
  readonly #rules: Rules
  readonly #clock: Clock

  constructor(parts: ChatParts) {
    this.#parts = parts
    this.#rules = parts.rules ?? new Rules()
    this.#clock = parts.clock ?? systemClock
  }

  /** Makes the room that every hub has, where it or its topic is missing. */
  async begin(): Promise<void> {
    await this.#addRoom(LOBBY, "", "")
  }

  /** @throws LandlineError bad_name | forbidden | room_exists | too_many | log_unavailable */
  async createRoom(who: Author, room: string, line = ""): Promise<RoomInfo> {
    this.#rules.authorize(who, "create_room")
    const name = roomName(room)
    if ((await this.#parts.directory.rooms()).length >= limits.roomsMax) throw new LandlineError("too_many")
    if (!(await this.#addRoom(name, topicLine(line), who.name)))
      throw new LandlineError("room_exists", { room: name }, `There is a room ${name} already.`)
    return this.room(who, name)
  }

  /** All rooms that somebody may enter, by name; one whose topic is lost would fail by itself, and does not hide the others. */
  async rooms(who: Author): Promise<RoomInfo[]> {
    this.#rules.authorize(who, "read")
    const only = this.#rules.onlyRoom(who)
    const topics = new Set((await this.#parts.topics.list()).map(({ topic }) => topic))
    const rooms = (await this.#parts.directory.rooms()).filter(
      ({ room, topic }) => topics.has(topic) && (only === undefined || room === only),
    )
    return Promise.all(rooms.map(({ room, line }) => this.#info(room, line)))
  }

  /** @throws LandlineError unknown_room | forbidden */
  async room(who: Author, room: string): Promise<RoomInfo> {
    this.#rules.authorize(who, "read", roomTopic(room))
    const known = await this.#parts.directory.room(roomName(room))
    if (!known) throw unknownRoom(room)
    return this.#info(known.room, known.line)
  }

  /** Sets the line that says what the room is for; the room hears of it. @throws LandlineError unknown_room | forbidden */
  async setTopicLine(who: Author, room: string, line: string): Promise<void> {
    this.#rules.authorize(who, "set_topic_line", roomTopic(room))
    await this.#append(who, room, "topic_line", topicLine(line))
    await this.#parts.directory.setTopicLine(roomName(room), topicLine(line))
  }

  /**
   * Says a text. Resolves when it will survive a loss of power.
   * @param text at most limits.entryBytesMax bytes in UTF-8
   * @param producer makes it safe to say the same again after a lost ack
   * @throws LandlineError unknown_room | forbidden | too_large | sequence_gap | log_unavailable; at once or by the promise
   */
  say(who: Author, room: string, text: string, producer?: Producer): Promise<Appended> {
    this.#rules.authorize(who, "write", roomTopic(room))
    return this.#append(who, room, "text", text, producer)
  }

  /**
   * Follows a room; the receiver gets its first batch only after this has resolved.
   * @returns the follower, and the room's place when it began
   * @throws LandlineError unknown_room | forbidden | cursor_foreign
   */
  async follow(who: Author, room: string, from: FollowFrom): Promise<Following> {
    this.#rules.authorize(who, "read", roomTopic(room))
    return followingOf(await this.#topic(room), from)
  }

  /**
   * Entries before an offset (default: the newest), oldest first: as many as `limit` where they are small, fewer
   * where they are large, so that an answer stays within `pageBytesMax`, and none only where there is none.
   * @throws LandlineError unknown_room | forbidden
   */
  async history(who: Author, room: string, limit: number, before?: number): Promise<Entry[]> {
    this.#rules.authorize(who, "read", roomTopic(room))
    const { stat } = await this.#topic(room)
    const end = Math.min(before ?? stat.tail + 1, stat.tail + 1)
    for (let wanted = Math.min(limit, end - stat.head); wanted > 0; wanted = Math.floor(wanted / 2)) {
      const page = await this.#parts.log.read(stat.topic, end - 1 - wanted, wanted, limits.pageBytesMax)
      // A page that ends earlier was cut short by its bytes: what is wanted are the last ones.
      if (page.at(-1)?.offset === end - 1) return page
    }
    return []
  }

  /** What a follower would get up to the tail as it was when it began: pages of entries, and gaps. */
  read(follow: Following): AsyncGenerator<Entry[] | Gap> {
    return readFollowing(this.#parts.log, follow)
  }

  /**
   * Entries that hold the words, newest first; fewer than `limit` where they are large, as in `history`.
   * @throws LandlineError unknown_room | forbidden
   */
  async search(who: Author, room: string, words: string, limit: number, before?: number): Promise<Entry[]> {
    this.#rules.authorize(who, "read", roomTopic(room))
    const { stat } = await this.#topic(room)
    const query = { words, limit: Math.min(limit, limits.searchResultsMax), ...(before && { before }) }
    const offsets = await this.#parts.index.search(stat.topic, query)
    const found: Entry[] = []
    let bytes = 0
    for (const offset of offsets) {
      const [entry] = await this.#parts.log.read(stat.topic, offset - 1, 1, Infinity)
      if (entry?.offset !== offset) continue // trimmed away meanwhile
      bytes += entry.body.length
      if (bytes > limits.pageBytesMax) break
      found.push(entry)
    }
    return found
  }

  /** Who is here now, by name. @throws LandlineError unknown_room | forbidden */
  async people(who: Author, room: string): Promise<string[]> {
    this.#rules.authorize(who, "read", roomTopic(room))
    return this.#parts.presence.present((await this.#topic(room)).stat.topic)
  }

  #append(who: Author, room: string, kind: EntryKind, text: string, producer?: Producer): Promise<Appended> {
    const body = Buffer.from(text)
    if (body.length > limits.entryBytesMax)
      throw new LandlineError(
        "too_large",
        { bytes: body.length, bytesMax: limits.entryBytesMax },
        `A message has at most ${limits.entryBytesMax / 1024} KiB; this one has ${Math.ceil(body.length / 1024)}.`,
      )
    const draft = { author: who.name, kind, body }
    return this.#parts.topics.append(roomTopic(room), [draft], producer && { producer }).catch(inRoomWords)
  }

  #topic(room: string): Promise<Topic> {
    return this.#parts.topics.get(roomTopic(room)).catch(inRoomWords)
  }

  async #addRoom(room: string, line: string, createdBy: string): Promise<boolean> {
    const topic = roomTopic(room)
    await this.#parts.topics.create(topic)
    return this.#parts.directory.addRoom({ room, topic, line, createdBy, since: this.#clock.now() })
  }

  async #info(room: string, line: string): Promise<RoomInfo> {
    const { stat } = await this.#topic(room)
    const present = this.#parts.presence.count(stat.topic)
    return { room, line, count: stat.count, cursor: cursorAt(stat, stat.tail), time: stat.time, present }
  }
}

function topicLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim()
  if ([...line].length > limits.topicLineCharactersMax)
    throw new LandlineError(
      "too_large",
      {},
      `A topic line has at most ${limits.topicLineCharactersMax} characters.`,
    )
  return line
}

function inRoomWords(error: unknown): never {
  if (!(error instanceof LandlineError && error.code === "unknown_topic")) throw error
  throw unknownRoom(roomOf(String(error.details["topic"])))
}

function unknownRoom(room: string): LandlineError {
  return new LandlineError(
    "unknown_room",
    { room: room.slice(0, 80) },
    `There is no room ${JSON.stringify(room.slice(0, 80))}. \`landline rooms\` lists what there is.`,
  )
}
