import { LandlineError } from "../protocol/errors.ts"
import { roomTopic, type TopicName } from "../protocol/names.ts"
import type { Author, Role } from "./author.ts"

/** What can be done to a topic or to the hub. */
export type Action = "read" | "write" | "create_room" | "set_topic_line"

// The one table of who may do what. Invites and roles will add columns here, and nowhere else.
const ALLOWED: Record<Action, readonly Role[]> = {
  read: ["guest", "member"],
  write: ["guest", "member"],
  create_room: ["member"],
  set_topic_line: ["member"],
}

/** Who may do what, and where. A hub has one, and hands it to every capability. */
export class Rules {
  readonly #guestRoom: string | undefined

  /** @param guestRoom in its one form: of all rooms, guests may enter this one only; left out: all of them */
  constructor(guestRoom?: string) {
    this.#guestRoom = guestRoom
  }

  /**
   * Every gateway's every action passes here, by way of the capability.
   * @param topic that it is done to; left out where it is done to the hub, or to whatever `onlyRoom` leaves of it
   * @throws LandlineError forbidden
   */
  authorize(who: Author, action: Action, topic?: TopicName): void {
    if (!ALLOWED[action].includes(who.role))
      throw new LandlineError("forbidden", { action }, `Guests may read and write. To do that, ${SIGN_IN}`)
    const room = this.onlyRoom(who)
    if (room !== undefined && topic?.startsWith("room/") && topic !== roomTopic(room))
      throw new LandlineError(
        "forbidden",
        { action, room },
        `Guests of this hub talk in the room ${room} only. To enter another, ${SIGN_IN}`,
      )
  }

  /** The only room that somebody may enter, so that lists leave out the others; undefined where all are open. */
  onlyRoom({ role }: Author): string | undefined {
    return role === "guest" ? this.#guestRoom : undefined
  }
}

const SIGN_IN = "sign in from a device: `landline chat` does so by itself, and the browser too."
