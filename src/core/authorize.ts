import { LandlineError } from "../protocol/errors.ts"
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

/** Every gateway's every action passes here, by way of the capability. @throws LandlineError forbidden */
export function authorize(who: Author, action: Action): void {
  if (!ALLOWED[action].includes(who.role))
    throw new LandlineError(
      "forbidden",
      { action },
      "Guests may read and write. To do that, sign in from a device: `landline chat` does so by itself.",
    )
}
