import type { Command } from "commander"
import { connect, type Session } from "../client/main.ts"
import { deviceSecret } from "./device.ts"
import { noHub, spoken } from "./failure.ts"
import type { HubOptions } from "./hub-options.ts"

/** A hub that is there answers at once; one that takes longer than this is as good as none. */
const ANSWER_MS = 5_000
/** A hub that restarts is back by then; a command that is to end must not wait for ever. */
const OFFLINE_MS = 30_000

/**
 * Opens a session for a command that ends by itself, and closes it after. Ctrl-C ends it with exit code 0.
 * @throws LandlineError no_hub where none answers, or the line is down for half a minute; what the hub refused with
 */
export async function withSession(command: Command, use: (session: Session) => Promise<void>): Promise<void> {
  const options = command.optsWithGlobals<HubOptions>()
  process.once("SIGINT", () => process.exit(0))
  const session = await openSession(options)
  try {
    await Promise.race([use(session), offlineTooLong(session, options.hub)])
  } finally {
    await session.close()
  }
}

/** A session that is live. @throws LandlineError no_hub | usage | what the hub refused with */
export async function openSession({ hub, as }: HubOptions): Promise<Session> {
  const session = connect(hub, { name: as, device: deviceSecret(), client: "landline-cli", line: true })
  const noAnswer = Promise.withResolvers<never>()
  const timer = setTimeout(() => noAnswer.reject(noHub(hub)), ANSWER_MS)
  const off = session.on("state", (state) => {
    if (state === "offline") noAnswer.reject(noHub(hub))
  })
  try {
    await Promise.race([session.ready(), noAnswer.promise])
    return session
  } catch (error) {
    await session.close()
    throw spoken(error, as)
  } finally {
    off()
    clearTimeout(timer)
  }
}

function offlineTooLong(session: Session, hub: string): Promise<never> {
  return new Promise((_, reject) => {
    let timer: NodeJS.Timeout | undefined
    session.on("state", (state) => {
      clearTimeout(timer)
      if (state === "offline") timer = setTimeout(() => reject(noHub(hub)), OFFLINE_MS)
    })
  })
}
