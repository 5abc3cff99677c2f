import { type Clock, systemClock } from "../../core/clock.ts"
import type { Directory } from "../../core/directory.ts"
import type { SqliteTopicLog } from "./topic-log.ts"

/** The directory in the log's own database. */
export function openSqliteDirectory(
  { writer, reader }: SqliteTopicLog,
  clock: Clock = systemClock,
): Directory {
  return {
    claim: (name, device) => writer.call("claim", [name, device, clock.now()]),
    person: (name) => reader.call("person", [name]),
    addRoom: (room) => writer.call("addRoom", [room]),
    room: (room) => reader.call("room", [room]),
    rooms: () => reader.call("rooms", []),
    setTopicLine: (room, line) => writer.call("setTopicLine", [room, line]),
  }
}
