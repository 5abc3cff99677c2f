import type { EntryEvent, Follow, LandlineError, Session } from "../../client/main.ts"
import { roomName } from "../../protocol/names.ts"
import { printable, printableLine } from "../../protocol/text.ts"
import { calendarDay } from "../output.ts"
import { paint, renderEntry } from "./render.ts"
import { Screen } from "./screen.ts"
import { runSlash } from "./slash.ts"
import * as words from "./words.ts"

/**
 * Chat on a terminal. What one has typed waits below the room's lines until the hub has stored it, and then comes as
 * the room's next line, as for everybody else: never doubled, never missing.
 */
export class TerminalChat {
  readonly session: Session
  readonly #last: number
  readonly #screen: Screen
  readonly #left = Promise.withResolvers<void>()
  readonly #waiting = new Set<{ readonly text: string }>()
  #room = ""
  #turn: Promise<unknown> = Promise.resolve() // what is typed is taken in order, and first when one is in a room
  #follow: Follow | undefined
  #day = calendarDay(Date.now())
  #down = false

  constructor(session: Session, last: number) {
    this.session = session
    this.#last = last
    this.#screen = new Screen(`${printableLine(session.author)}> `, {
      onLine: (line) => this.#typed(line),
      onLeave: () => this.leave(),
    })
  }

  get room(): string {
    return this.#room
  }

  /** Resolves when one has left. @throws LandlineError what the hub refused the room or the session with */
  async run(room: string): Promise<void> {
    this.session.on("state", (state) => this.#state(state === "offline"))
    this.session.on("refused", (error) => this.#left.reject(error))
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => this.leave())
    try {
      const entering = this.enter(room)
      this.#turn = entering.catch(() => {})
      await entering
      await this.#left.promise
      if (!this.#down) await this.#turn
    } finally {
      this.#screen.close()
      await this.session.close()
      if (this.#waiting.size > 0) {
        console.error(`${this.#waiting.size} of your messages could not be sent.`)
        process.exitCode = 1
      }
    }
  }

  /** Goes into a room; the one before is left. @throws LandlineError bad_name | unknown_room */
  async enter(room: string): Promise<void> {
    const name = roomName(room)
    if (name === this.#room) return this.notice(`you are in ${name} already`)
    const follow = this.session.follow(name, { last: this.#last, presence: true })
    await follow.ready()
    this.#follow?.close()
    this.#follow = follow
    this.#room = name
    const info = (await this.session.rooms()).find((info) => info.room === name)
    this.notice([name, info?.line].filter(Boolean).join(": "))
    follow.on("gap", (event) => this.#note(words.gap(event)))
    follow.on("reset", () => this.#note(words.reset))
    follow.on("presence", (event) => this.#note(words.presence(event, this.session.author)))
    follow.on("refused", (error) => this.notice(error.message))
    follow.on("entry", (event) => this.#entry(event))
  }

  say(text: string): void {
    const waiting = { text }
    this.#waiting.add(waiting)
    this.#showWaiting()
    const settled = (error?: LandlineError) => {
      // What still waits when one leaves is counted at the end.
      if (error && this.session.state === "closed") return
      this.#waiting.delete(waiting)
      this.#showWaiting()
      if (error) this.#print(paint("red", words.notSent(printableLine(error.message))), printable(text))
    }
    this.session.publish(this.#room, text).then(() => settled(), settled)
  }

  /** A line that the program says itself. */
  notice(text: string): void {
    this.#note(`-- ${printableLine(text)} --`)
  }

  /** Lines that a command answers with. */
  answer(lines: readonly string[]): void {
    this.#print(...lines)
  }

  leave(): void {
    this.#left.resolve()
  }

  #typed(line: string): void {
    if (line.trim() === "") return
    if (line.trim() === "/quit") return this.leave() // also when a /join before it waits for the line
    this.#turn = this.#turn.then(() => this.#take(line))
  }

  async #take(line: string): Promise<void> {
    if (line.startsWith("/") && !line.startsWith("//")) await runSlash(this, line)
    else this.say(line.startsWith("//") ? line.slice(1) : line)
  }

  #entry({ entry }: EntryEvent): void {
    const day = calendarDay(entry.time)
    if (day !== this.#day) this.#note(words.day(entry.time))
    this.#day = day
    this.#print(...renderEntry(entry, this.#screen.columns, this.session.author))
  }

  #state(down: boolean): void {
    if (down !== this.#down) this.#note(down ? words.down : words.back)
    this.#down = down
  }

  #note(text: string | undefined): void {
    if (text !== undefined) this.#print(paint("dim", text))
  }

  #print(...lines: string[]): void {
    this.#screen.print(...lines)
  }

  #showWaiting(): void {
    this.#screen.setWaiting([...this.#waiting].map(({ text }) => `… ${printableLine(text)}`))
  }
}
