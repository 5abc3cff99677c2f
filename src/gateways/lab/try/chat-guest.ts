import { setTimeout as sleep } from "node:timers/promises"
import { concat } from "../../../protocol/lab/bytes.ts"
import { encodeFrame } from "../../../protocol/lab/chat-frames.ts"
import type { Attempt } from "./attempt.ts"
import type { TriedServer } from "./case.ts"
import { differing, end, firstDifference, mayBecome } from "./steps.ts"

/** Between two things that the server is to take in this order, and after all that is expected has come. */
export const SETTLE_MS = 25
const AGAIN_MS = 400 // a word that nobody heard is said again: its hearer had not joined yet

/** One client of a chat server that is tried; what came and was not looked at yet is its news. */
export class ChatGuest {
  readonly attempt: Attempt
  readonly name: string
  #seen = 0
  #said = 0

  constructor(attempt: Attempt, name: string) {
    this.attempt = attempt
    this.name = name
  }

  get news(): Uint8Array {
    return this.attempt.got.subarray(this.#seen)
  }

  /** What it sent since its last `look`. */
  get words(): Uint8Array {
    return this.attempt.sent.subarray(this.#said)
  }

  /** What came, and was said, until now has been looked at. */
  look(): void {
    this.#seen = this.attempt.got.length
    this.#said = this.attempt.sent.length
  }

  say(text: string): void {
    this.attempt.send(encodeFrame(text))
  }

  /** Ends the case where its news do not become one of these. @param from whose words they answer */
  async hears(
    forms: readonly [Uint8Array, ...Uint8Array[]],
    from: ChatGuest,
    timeoutMs: number,
  ): Promise<void> {
    const isDecided = () => !forms.some((form) => mayBecome(this.news, form))
    await this.attempt.until(isDecided, timeoutMs)
    await this.attempt.quiet(SETTLE_MS)
    const { news } = this
    if (!forms.some((form) => firstDifference(news, form) === undefined)) {
      const [expected] = forms
      end(differing(this.#wrong(expected.length, from, timeoutMs), from.words, news, expected))
    }
    this.look()
  }

  #wrong(length: number, from: ChatGuest, timeoutMs: number): string {
    const { news, attempt, name } = this
    const to = from === this ? "" : ` to ${name}`
    if (attempt.end === "too much") return `More came${to} than is read here, without an end.`
    if (attempt.end !== undefined && news.length < length)
      return `The server ended the connection${to} after ${news.length} of ${length} bytes.`
    if (news.length === 0)
      return `Nothing came${to} within ${timeoutMs / 1000} s of what ${from.name} had sent.`
    if (news.length < length) return `Only ${news.length} of ${length} bytes came${to}.`
    return `Something else came${to}.`
  }
}

/** A client that has sent its username. */
export async function newGuest(server: TriedServer, name: string): Promise<ChatGuest> {
  const guest = new ChatGuest(await server.connect(), name)
  guest.say(name)
  await sleep(SETTLE_MS)
  return guest
}

/**
 * Clients of which the last has been heard by all others. Nothing on this wire says that a client has joined.
 * Ends the case where a word of the last one never reaches the others.
 */
export async function joined<Names extends readonly string[]>(
  server: TriedServer,
  ...names: Names
): Promise<{ -readonly [N in keyof Names]: ChatGuest }> {
  const guests = await Promise.all(names.map((name) => newGuest(server, name)))
  const speaker = guests.at(-1)!
  const listeners = guests.slice(0, -1)
  const ready = spoken(speaker.name, "ready")
  const late = performance.now() + server.timeoutMs
  const deaf = () => listeners.find(({ news, attempt }) => news.length === 0 && attempt.end === undefined)
  do {
    speaker.say("ready")
    // All of it: what is late of this must not be taken for what comes next.
    const heard = listeners.map((guest) =>
      guest.attempt.until(() => guest.news.length >= ready.length, AGAIN_MS),
    )
    await Promise.all(heard)
  } while (deaf() && performance.now() < late)
  const silent = listeners.find(({ news }) => news.length === 0)
  if (silent) {
    const within = silent.attempt.end === undefined ? ` within ${server.timeoutMs / 1000} s` : ""
    const what = `Nothing that ${speaker.name} said reached ${silent.name}${within}.`
    end(differing(what, speaker.words, silent.news, ready))
  }
  await Promise.all(guests.map(({ attempt }) => attempt.quiet(SETTLE_MS)))
  for (const guest of guests) guest.look()
  return guests as { -readonly [N in keyof Names]: ChatGuest }
}

/** What all others get when somebody has said something. */
export const spoken = (name: string, text: string): Uint8Array =>
  concat([encodeFrame(name), encodeFrame(text)])
