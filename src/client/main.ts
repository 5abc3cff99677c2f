/**
 * `landline/client`: a session with a hub, in a browser or in Node.
 *
 * ```ts
 * const session = connect("localhost:7300", { name: "Ada", device: secret })
 * await session.publish("lobby", "Good morning")
 * for await (const event of session.follow("lobby", { last: 50 }))
 *   if (event.type === "entry") console.log(event.entry.author, event.entry.text)
 * ```
 */
import { Session, type SessionOptions } from "./session.ts"

export type { EntryKind } from "../protocol/entry.ts"
export { type ErrorCode, LandlineError } from "../protocol/errors.ts"
export type { BlockReport, FeedAbout, FeedInfo, ReceiverBlocks } from "../protocol/feeds.ts"
export type { Line, LineReport } from "../protocol/line.ts"
export type { RoomInfo, Welcome } from "../protocol/messages.ts"
export type { State } from "./connection.ts"
export type { CursorStore } from "./cursor-store.ts"
export type { Entry } from "./entry.ts"
export type * from "./follow.ts"
export type { Stored } from "./outbox.ts"
export type { OutboxStore, Unsent } from "./outbox-store.ts"
export type { Page, Session, SessionEvents, SessionOptions } from "./session.ts"

/**
 * Opens a session. It returns at once: the line is made, and made again when it drops, in the background.
 * @param hub `host`, `host:port` or `[::1]:port` (default port 7300), or a URL with http, https, ws or wss
 * @throws LandlineError usage for an address that is none
 */
export function connect(hub: string, options?: SessionOptions): Session {
  return new Session(hub, options)
}
