import { memo } from "react"
import type { Entry } from "../../../src/client/main.ts"
import { FileTile } from "../files/file-tile.tsx"
import { clock, dayText, fullTime } from "../ui/format.ts"
import { Name, NameSign } from "../ui/name.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { MessageText } from "./message-text.tsx"
import type { Pending } from "./open-room.ts"
import type { Gap } from "./room-log.ts"

export interface RowProps {
  readonly item: Entry | Gap | Pending
  /** A day begins here. */
  readonly day: boolean
  /** Name and time stand above it. */
  readonly group: boolean
  /** The first that was not seen. */
  readonly isNew: boolean
  readonly deleted: boolean
  /** Of what is pending. */
  readonly author: string
  readonly offline: boolean
}

/** One row of a room, with the marks above it. */
export const MessageRow = memo(function MessageRow(props: RowProps) {
  const { item, day, isNew } = props
  return (
    <>
      {day && "time" in item && (
        <p className="room-mark">
          <span>{dayText(item.time)}</span>
        </p>
      )}
      {isNew && (
        <p className="room-mark room-mark-new">
          <span>New</span>
        </p>
      )}
      <Told {...props} />
    </>
  )
})

function Told({ item, group, deleted, author, offline }: RowProps) {
  switch (item.kind) {
    case "gap":
      return (
        <p className="room-mark room-mark-gap">
          <span>
            {item.from === item.to
              ? `Message ${item.from} is no longer kept`
              : `Messages ${item.from} to ${item.to} are no longer kept`}
          </span>
        </p>
      )
    case "pending":
      return (
        <div className="message message-pending" data-group={group}>
          {group && <Head author={author} />}
          <MessageText text={item.text} />
          <p className="message-state">{offline ? "waits for the line" : "sending …"}</p>
        </div>
      )
    case "text":
    case "file":
      return (
        <div className="message" data-group={group}>
          {group ? (
            <Head author={item.author} time={item.time} />
          ) : (
            <time className="message-clock" title={fullTime(item.time)}>
              {clock(item.time)}
            </time>
          )}
          {item.kind === "text" ? (
            <MessageText text={item.text} />
          ) : (
            item.file && <FileTile file={item.file} deleted={deleted} />
          )}
        </div>
      )
    case "topic_line":
      return (
        <p className="message-event">
          <Name author={item.author} />{" "}
          {item.text === "" ? (
            "cleared the topic line"
          ) : (
            <>
              set the topic line: <Untrusted text={item.text} />
            </>
          )}
        </p>
      )
    case "file_deleted":
      return (
        <p className="message-event">
          <Name author={item.author} /> deleted <Untrusted text={item.text} />
        </p>
      )
    default:
      return null // a kind that a later version of the hub knows
  }
}

function Head({ author, time }: { author: string; time?: number }) {
  return (
    <div className="message-head">
      <NameSign author={author} />
      <Name author={author} />
      {time !== undefined && (
        <time className="message-time" title={fullTime(time)}>
          {clock(time)}
        </time>
      )}
    </div>
  )
}
