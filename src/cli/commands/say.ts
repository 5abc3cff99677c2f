import { createInterface } from "node:readline"
import type { Command } from "commander"
import type { Session } from "../../client/main.ts"
import { LandlineError } from "../../protocol/errors.ts"

/** `landline say [ROOM] TEXT|-`: done when it is stored for good. */
export function register(program: Command): void {
  program
    .command("say")
    .usage("[options] [room] <text|->")
    .description("say something in a room (default: lobby); - says each line of stdin")
    .argument("<words...>", "the text; or the room, then the text")
    .addHelpText(
      "after",
      '\nExamples:\n  landline say "Good morning"\n  landline say workshop "Lunch is ready"\n  tail -f build.log | landline say builds -',
    )
    .action(async (words: string[], _: unknown, command: Command) => {
      if (words.length > 2)
        throw new LandlineError("usage", {}, 'Put the text in quotes: landline say [ROOM] "several words".')
      const [room, text] = words.length === 2 ? (words as [string, string]) : ["lobby", words[0]!]
      if (text.trim() === "")
        throw new LandlineError("usage", {}, "There is nothing to say: the text is empty.")
      const { withSession } = await import("../with-session.ts")
      await withSession(command, async (session) => {
        if (text === "-") await sayLines(session, room)
        else await session.publish(room, text)
      })
    })
}

/** Lines on their way at once. Above, stdin is not read: a long file costs no memory. */
const PENDING_MAX = 1_000

/** Says each line of stdin that is not blank. Stops at the first that is refused. */
async function sayLines(session: Session, room: string): Promise<void> {
  const pending: Promise<unknown>[] = []
  let number = 0
  for await (const line of createInterface({ input: process.stdin })) {
    number++
    if (line.trim() === "") continue
    const stored = session.publish(room, line).catch((error: LandlineError) => {
      throw new LandlineError(error.code, { line: number }, `${error.message} Lines before it are stored.`)
    })
    stored.catch(() => {}) // it is awaited in its turn
    pending.push(stored)
    if (pending.length >= PENDING_MAX) await pending.shift()
  }
  await Promise.all(pending)
}
