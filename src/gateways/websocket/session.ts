import type { Author } from "../../core/author.ts"
import type { Session } from "../../core/sessions.ts"
import { parseCursor } from "../../protocol/cursor.ts"
import { LandlineError, toLandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { Follow, Hello, Publish, Unfollow } from "../../protocol/messages.ts"
import { feedOf, isFeed, roomOf, topicName } from "../../protocol/names.ts"
import { VERSION } from "../../protocol/session.ts"
import { commands, parsed } from "./commands.ts"
import type { Connection, Regarding } from "./connection.ts"
import type { SessionParts } from "./gateway.ts"
import { Publishing } from "./publishing.ts"
import { Requests } from "./requests.ts"
import { TopicFollow } from "./topic-follow.ts"

/** One connection of a session, from hello to close: what its messages mean. */
export class SessionConnection {
  readonly #parts: SessionParts
  readonly connection: Connection
  readonly #requests: Requests
  readonly #followed = new Map<string, TopicFollow>()
  #session: Session | undefined
  #publishing: Publishing | undefined
  #early: string[] | undefined // messages that came while hello was being answered

  constructor(parts: SessionParts, connection: Connection) {
    this.#parts = parts
    this.#requests = new Requests(connection)
    this.connection = connection
  }

  get greeted(): boolean {
    return this.#session !== undefined || this.#early !== undefined
  }

  /** A text message of the peer. Never throws. */
  receive(text: string): void {
    if (!this.connection.open) return // refused a moment ago
    if (this.#early) return void this.#early.push(text)
    let message: { op?: unknown; id?: unknown } | undefined
    try {
      message = object(text)
      if (this.#session) this.#run(this.#session.author, message)
      else this.#hello(message)
    } catch (error) {
      this.#refused(error, message)
    }
  }

  /** The socket has room again. */
  drained(): void {
    for (const followed of this.#followed.values()) followed.resume()
  }

  close(): void {
    for (const followed of this.#followed.values()) followed.close()
    this.#followed.clear()
    if (this.#session) this.#parts.sessions.close(this.#session)
  }

  #hello(message: { op?: unknown }): void {
    if (message.op !== "hello") return this.connection.refuse(new LandlineError("hello_expected"))
    const { versions, name, device, session } = parsed(Hello, message)
    if (!versions.includes(VERSION))
      return this.connection.refuse(new LandlineError("version_mismatch", { version: VERSION }))
    this.#early = []
    this.connection.hold("hello")
    this.#parts.sessions
      .open({ name, secret: device }, session)
      .then((session) => this.#welcome(session))
      .catch((error) => this.connection.refuse(toLandlineError(error)))
      .finally(() => {
        this.connection.release("hello")
        const early = this.#early ?? []
        this.#early = undefined
        for (const text of early) this.receive(text)
      })
  }

  #welcome(session: Session): void {
    if (!this.connection.open) return this.#parts.sessions.close(session)
    this.#session = session
    this.connection.send({
      op: "welcome",
      version: VERSION,
      hub: this.#parts.hub,
      session: session.id,
      author: session.author.name,
      heartbeatMs: limits.heartbeatMs,
      entryBytesMax: limits.entryBytesMax,
      lineEveryMs: this.#parts.lineEveryMs,
    })
  }

  #run(who: Author, message: { op?: unknown }): void {
    const { op } = message
    if (op === "publish") return this.#publish(who, parsed(Publish, message))
    if (op === "follow") return this.#request(parsed(Follow, message), (follow) => this.#follow(who, follow))
    if (op === "unfollow") return this.#request(parsed(Unfollow, message), (what) => this.#unfollow(what))
    if (op === "hello") throw new LandlineError("bad_request", {}, "This session has said hello already.")
    if (typeof op !== "string" || !Object.hasOwn(commands, op))
      throw new LandlineError("unknown_operation", typeof op === "string" ? { op: op.slice(0, 80) } : {})
    const { schema, run } = commands[op as keyof typeof commands]
    this.#request(parsed(schema, message), async (request) => {
      const result = await run(this.#parts, who, request as never)
      this.connection.send({ op: "result", id: request.id, result })
    })
  }

  #publish(who: Author, message: Publish): void {
    this.#publishing ??= new Publishing(this.connection, this.#parts, who)
    this.#publishing.publish(message)
  }

  #request<R extends object>(request: R, answer: (request: R) => Promise<void>): void {
    this.#requests.add(() => answer(request).catch((error) => this.#refused(error, request)))
  }

  async #follow(who: Author, { id, topic: text, after, last, presence, conflated }: Follow): Promise<void> {
    const topic = topicName(text)
    const from = after !== undefined ? parseCursor(after) : last !== undefined ? { last } : "now"
    if (this.#followed.has(topic))
      throw new LandlineError("bad_request", { topic }, "This session follows that topic already.")
    if (this.#followed.size >= limits.followsPerSessionMax) throw new LandlineError("too_many", { topic })
    const { chat, feeds } = this.#parts
    const follow = await (isFeed(topic)
      ? feeds.follow(who, feedOf(topic), from)
      : chat.follow(who, roomOf(topic), from))
    if (!this.connection.open) return
    const { head, tail, count } = follow.stat
    this.connection.send({ op: "following", id, topic, cursor: follow.cursor, head, tail, count })
    const ended = () => void this.#followed.delete(topic)
    const followed = new TopicFollow(this.connection, topic, ended)
    this.#followed.set(topic, followed)
    followed.start(follow, this.#parts.presence, who.name, { presence, conflated })
  }

  async #unfollow({ id, topic: text }: { id: number; topic: string }): Promise<void> {
    const topic = topicName(text)
    this.#followed.get(topic)?.close()
    this.#followed.delete(topic)
    this.connection.send({ op: "result", id, result: null })
  }

  #refused(thrown: unknown, message: object = {}): void {
    const error = toLandlineError(thrown)
    if (this.#session) this.connection.sendRefusal(error, regarding(message))
    else this.connection.refuse(error)
  }
}

/** What can be said of a request that may be of any form. */
function regarding({ id, topic, producer, seq }: { [K in keyof Regarding]?: unknown }): Regarding {
  return {
    id: typeof id === "number" ? id : undefined,
    topic: typeof topic === "string" ? topic.slice(0, 200) : undefined,
    producer: typeof producer === "string" ? producer.slice(0, 64) : undefined,
    seq: typeof seq === "number" ? seq : undefined,
  }
}

function object(text: string): { op?: unknown; id?: unknown } {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    throw new LandlineError("bad_request", {}, "The hub could not read that request: it is not JSON.")
  }
  if (typeof message !== "object" || message === null || Array.isArray(message))
    throw new LandlineError(
      "bad_request",
      {},
      "The hub could not read that request: it is not a JSON object.",
    )
  return message
}
