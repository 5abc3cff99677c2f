import { LandlineError } from "../protocol/errors.ts"
import { guestAuthor, guestNumber, nameKey, personName, plainName } from "../protocol/names.ts"
import { type Author, HUB } from "./author.ts"
import type { Directory } from "./directory.ts"

/** The name of guests who give none. */
export const NAMELESS = "guest"

/** Numbers of the guests of one name: given so far, and given back. */
interface Numbers {
  last: number
  readonly free: number[]
}

/** Who is who: members prove their name by a device, guests are told apart by a mark. */
export class People {
  readonly #directory: Directory
  readonly #guests = new Map<string, Numbers>() // by the key of their plain name

  constructor(directory: Directory) {
    this.#directory = directory
  }

  /**
   * The person of that name, who from the first use on is whoever holds the device's secret.
   * @throws LandlineError bad_name | name_taken | log_unavailable
   */
  async member(name: string, secret: string): Promise<Author> {
    const ofHub = nameKey(name) === nameKey(HUB.name)
    const person = ofHub ? undefined : await this.#directory.claim(personName(name), await digest(secret))
    if (!person) throw new LandlineError("name_taken", { name: personName(name) })
    return { name: person.name, role: "member" }
  }

  /**
   * Somebody who proves nothing: `~ada`, or `~ada~2` while another guest of that name is here. Call `leave`
   * when the guest is gone. @throws LandlineError bad_name
   */
  guest(name: string): Author {
    const plain = personName(name)
    const key = nameKey(plain)
    let numbers = this.#guests.get(key)
    if (!numbers) {
      numbers = { last: 0, free: [] }
      this.#guests.set(key, numbers)
    }
    const nth = numbers.free.pop() ?? ++numbers.last
    return { name: guestAuthor(plain, nth), role: "guest" }
  }

  /** Frees a guest's number; without effect for members. To be called once. */
  leave({ name, role }: Author): void {
    if (role !== "guest") return
    const key = nameKey(plainName(name))
    const numbers = this.#guests.get(key)
    numbers?.free.push(guestNumber(name))
    if (numbers?.free.length === numbers?.last) this.#guests.delete(key)
  }

  /**
   * The author of a single request that brings a name but no session: a curl, a script.
   * @param secret of the device, where the request proves its name
   * @throws LandlineError bad_name | name_taken
   */
  async visitor(name: string | undefined, secret: string | undefined): Promise<Author> {
    if (name !== undefined && secret !== undefined) return this.member(name, secret)
    if (name !== undefined && (await this.#directory.person(personName(name))))
      throw new LandlineError("name_taken", { name: personName(name) })
    return this.guest(name ?? NAMELESS)
  }
}

/** What is stored of a device's secret: its SHA-256 in hex. */
async function digest(secret: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret))
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("")
}
