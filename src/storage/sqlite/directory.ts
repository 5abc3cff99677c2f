import { type Clock, systemClock } from "../../core/clock.ts"
import type { Directory } from "../../core/directory.ts"
import { SharedWrites } from "./files.ts"
import type { SqliteTopicLog } from "./topic-log.ts"

/** The directory in the log's own database. */
export function openSqliteDirectory(
  { writer, reader }: SqliteTopicLog,
  clock: Clock = systemClock,
): Directory {
  const writes = new SharedWrites((shared) => writer.call("writeFiles", [shared]))
  return {
    claim: (name, device) => writer.call("claim", [name, device, clock.now()]),
    person: (name) => reader.call("person", [name]),
    addRoom: (room) => writer.call("addRoom", [room]),
    room: (room) => reader.call("room", [room]),
    rooms: () => reader.call("rooms", []),
    setTopicLine: (room, line) => writer.call("setTopicLine", [room, line]),

    setFeed: (feed) => writer.call("setFeed", [feed]),
    feeds: () => reader.call("feeds", []),
    removeFeed: (feed) => writer.call("removeFeed", [feed]),

    setUpload: (upload) => writes.add("setUpload", upload),
    upload: (id) => reader.call("upload", [id]),
    openUploads: (sender) => reader.call("openUploads", [sender]),
    endedUploads: (now) => reader.call("endedUploads", [now]),
    removeUpload: (id) => writes.add("removeUpload", id),
    setFile: (file) => writes.add("setFile", file),
    file: (id) => reader.call("file", [id]),
    fileOfCode: (code) => reader.call("fileOfCode", [code]),
    files: (query) => reader.call("files", [query]),
    filesToTend: (now) => reader.call("filesToTend", [now]),
    countDownload: (id) => writes.add("countDownload", id),
    removeFile: (id) => writes.add("removeFile", id),
    fileBytes: () => reader.call("fileBytes", []),
    filesOf: (sha256) => reader.call("filesOf", [sha256]),
  }
}
