import type { LandlineError } from "../../client/main.ts"
import { interrupted } from "../commands/lab-options.ts"
import { say } from "../failure.ts"
import { count } from "../files/amounts.ts"
import type { HubOptions } from "../hub-options.ts"
import { printJson } from "../output.ts"
import { openSession } from "../with-session.ts"
import { Publishing } from "./publishing.ts"
import { tellState } from "./tell-state.ts"
import { feedNamed } from "./topic-of.ts"

/**
 * Publishes stdin in a feed, until it ends or Ctrl-C, over reconnects and restarts of the hub.
 * @throws LandlineError what the hub refuses the feed, a line or the session with
 */
export async function publish(
  name: string,
  { type, json, ...hub }: HubOptions & { readonly type?: string; readonly json?: true },
): Promise<void> {
  const feed = feedNamed(name)
  const stopped = interrupted()
  const session = await openSession(hub)
  const refused = new Promise<never>((_, reject) => void session.on("refused", reject))
  tellState(session, console.error)
  let failed = false
  const publishing = new Publishing(session, feed, (line, error) => {
    process.exitCode = 1
    tellRefusal(line, error, json)
  })
  try {
    const all = publishing.begin(type).then(() => {
      if (process.stdin.isTTY) console.error(`Each line that you type is published in ${feed}. Ctrl-D ends.`)
      return publishing.lines(process.stdin)
    })
    await Promise.race([all, stopped.then(endTyped), refused])
  } catch (error) {
    failed = true
    throw error
  } finally {
    await session.close()
    process.stdin.destroy()
    if (!failed || publishing.stored > 0) tellSum(feed, publishing, json)
  }
}

/** The terminal has shown Ctrl-C at the end of what was typed. */
function endTyped(): void {
  if (process.stdin.isTTY) console.error()
}

function tellRefusal(line: number, error: LandlineError, json?: true): void {
  if (json) printJson({ line, error: error.code, message: error.message })
  else say(error)
}

function tellSum(feed: string, { stored, waiting, cursor }: Publishing, json?: true): void {
  if (json) printJson({ feed, messages: stored, ...(cursor && { cursor }), ...(waiting > 0 && { waiting }) })
  else console.error(`${count(stored, "message")} published in ${feed}.`)
  if (waiting === 0) return
  process.exitCode = 1
  console.error(`${count(waiting, "more line")} may not be stored: the hub has not said so.`)
}
