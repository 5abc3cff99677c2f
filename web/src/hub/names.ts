import { LandlineError } from "../../../src/client/main.ts"
import { personName } from "../../../src/protocol/names.ts"

/** What is wrong with a person's name, in one sentence; undefined where nothing is. */
export function nameProblem(name: string): string | undefined {
  if (name.trim() === "") return "Type a name that the others know you by."
  try {
    personName(name)
    return undefined
  } catch (error) {
    if (error instanceof LandlineError) return error.message
    throw error
  }
}
