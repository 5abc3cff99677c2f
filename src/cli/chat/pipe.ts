import { createInterface } from "node:readline"
import type { Follow, FollowEvent, LandlineError, Session, Stored } from "../../client/main.ts"
import { parseCursor } from "../../protocol/cursor.ts"
import { printable } from "../../protocol/text.ts"
import { clockTime, plainEntry, print, printJson } from "../output.ts"
import * as words from "./words.ts"

/** Lines on their way at once; above, stdin is not read. */
const PENDING_MAX = 1_000
/** What was said is shown before the end, but a room that is read slowly does not hold it up. */
const SHOW_MS = 5_000

/**
 * Chat through pipes: what is said in the room goes to stdout as plain lines or JSON lines, lines of stdin are said,
 * state goes to stderr. Ends with stdin, when all of it is stored and shown, or with Ctrl-C.
 */
export async function pipeChat(
  session: Session,
  room: string,
  options: { last: number; json: boolean },
): Promise<void> {
  const { last, json } = options
  const follow = session.follow(room, { last, presence: json })
  for (const type of ["entry", "gap", "reset", "presence"] as const)
    follow.on(type, json ? printJson : (event) => printEvent(event))
  const refused = new Promise<never>((_, reject) => {
    follow.on("refused", reject)
    session.on("refused", reject)
  })
  tellState(session)
  const { tail } = await follow.ready()
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve())
  })
  const said = sayLines(session, room).then((offset) => shown(follow, Math.max(tail, offset)))
  await Promise.race([said, refused, stopped])
  await session.close()
  process.stdin.destroy()
}

function printEvent(event: FollowEvent): void {
  if (event.type === "entry") print(plainEntry(clockTime(event.entry.time), event.entry))
  else if (event.type === "gap") console.error(words.gap(event))
  else if (event.type === "reset") console.error(words.reset)
}

function tellState(session: Session): void {
  let down = false
  session.on("state", (state) => {
    if (state === "offline" && !down) console.error(words.down)
    if (state === "live" && down) console.error(words.back)
    down = state === "offline"
  })
}

/** @returns the offset of the last line, or of an entry after it */
async function sayLines(session: Session, room: string): Promise<number> {
  let offset = 0
  const pending: Promise<void>[] = []
  const stored = ({ cursor }: Stored) => {
    offset = Math.max(offset, parseCursor(cursor).offset)
  }
  const refused = (error: LandlineError) => {
    console.error(printable(words.notSent(error.message)))
    process.exitCode = 1
  }
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === "") continue
    pending.push(session.publish(room, line).then(stored, refused))
    if (pending.length >= PENDING_MAX) await pending.shift()
  }
  await Promise.all(pending)
  return offset
}

/** Resolves when the follow has come past an offset. */
async function shown(follow: Follow, offset: number): Promise<void> {
  const passed = () => follow.cursor !== undefined && parseCursor(follow.cursor).offset >= offset
  if (passed()) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, SHOW_MS)
    const look = () => {
      if (!passed()) return
      clearTimeout(timer)
      resolve()
    }
    follow.on("entry", look)
    follow.on("gap", look)
  })
}
