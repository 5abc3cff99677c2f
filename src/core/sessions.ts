import { LandlineError } from "../protocol/errors.ts"
import { limits } from "../protocol/limits.ts"
import { nameKey, plainName } from "../protocol/names.ts"
import type { Author } from "./author.ts"
import { NAMELESS, type People } from "./people.ts"

/** One connected person or program, across reconnects. */
export interface Session {
  readonly id: string
  readonly author: Author
}

/** Sessions that are connected, or were a moment ago: who comes back in time is the same guest again. */
export class Sessions {
  readonly #people: People
  readonly #sessions = new Map<string, { session: Session; leaving?: NodeJS.Timeout }>()

  constructor(people: People) {
    this.#people = people
  }

  get size(): number {
    return this.#sessions.size
  }

  /**
   * @param resume id of a session that dropped; one that is unknown, still connected or of another name is
   *   ignored and a new session begins.
   * @throws LandlineError bad_name | name_taken | too_many
   */
  async open(
    who: { name?: string | undefined; secret?: string | undefined },
    resume?: string,
  ): Promise<Session> {
    if (this.#sessions.size >= limits.sessionsMax) throw new LandlineError("too_many")
    if (who.name !== undefined && who.secret !== undefined)
      return this.#add(await this.#people.member(who.name, who.secret))
    const dropped = resume === undefined ? undefined : this.#sessions.get(resume)
    if (dropped?.leaving && isGuestOf(dropped.session.author, who.name ?? NAMELESS)) {
      clearTimeout(dropped.leaving)
      delete dropped.leaving
      return dropped.session
    }
    return this.#add(await this.#people.visitor(who.name ?? NAMELESS, undefined))
  }

  /** The connection of the session ended. */
  close(session: Session): void {
    const known = this.#sessions.get(session.id)
    if (!known) return
    known.leaving = setTimeout(() => {
      this.#sessions.delete(session.id)
      this.#people.leave(session.author)
    }, limits.presenceGraceMs)
    known.leaving.unref?.()
  }

  #add(author: Author): Session {
    const session = { id: crypto.randomUUID(), author }
    this.#sessions.set(session.id, { session })
    return session
  }
}

/** A member's session proves nothing: only the device does. */
function isGuestOf({ name, role }: Author, plain: string): boolean {
  return role === "guest" && nameKey(plainName(name)) === nameKey(plain)
}
