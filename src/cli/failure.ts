import { LandlineError } from "../protocol/errors.ts"
import { printable } from "../protocol/text.ts"

/** Thrown by a command whose check found a fault; what was found is printed already. */
export class FaultFound extends Error {}

/** 0 done, 1 failed, 2 wrong usage, 3 a check found a fault. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof FaultFound) return 3
  return error instanceof LandlineError && error.code === "usage" ? 2 : 1
}

/** Tells the person what went wrong: one sentence on stderr, never a stack trace. */
export function say(error: unknown): void {
  if (error instanceof FaultFound) return
  if (error instanceof LandlineError) console.error(printable(error.message))
  else {
    const [line] = (error instanceof Error ? error.message : String(error)).split("\n")
    console.error(printable(`Something went wrong: ${line}`))
  }
}

export function noHub(hub: string): LandlineError {
  return new LandlineError(
    "no_hub",
    { hub },
    `No hub answers at ${hub}. Start one with \`landline serve\`, or name another with --hub.`,
  )
}

/** The hub cannot know how this program is told another name. */
export function spoken(error: unknown, as: string): unknown {
  if (!(error instanceof LandlineError) || error.code !== "name_taken") return error
  const say = `The name ${as} belongs to another device. Choose another with --as NAME.`
  return new LandlineError("name_taken", error.details, say)
}
