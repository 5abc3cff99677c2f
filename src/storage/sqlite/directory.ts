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

    setUpload: (upload) => writer.call("setUpload", [upload]),
    upload: (id) => reader.call("upload", [id]),
    uploads: () => reader.call("uploads", []),
    removeUpload: (id) => writer.call("removeUpload", [id]),
    setFile: (file) => writer.call("setFile", [file]),
    file: (id) => reader.call("file", [id]),
    fileOfCode: (code) => reader.call("fileOfCode", [code]),
    files: (query) => reader.call("files", [query]),
    filesToTend: (now) => reader.call("filesToTend", [now]),
    countDownload: (id) => writer.call("countDownload", [id]),
    removeFile: (id) => writer.call("removeFile", [id]),
    fileBytes: () => reader.call("fileBytes", []),
    filesOf: (sha256) => reader.call("filesOf", [sha256]),
  }
}
