import { userInfo } from "node:os"
import { type Command, Option } from "commander"

/** Which hub, and who speaks: the same for every command that talks to one. */
export interface HubOptions {
  readonly hub: string
  readonly as: string
}

export function addHubOptions(program: Command): void {
  program.addOption(
    new Option("--hub <address>", "the hub: host[:port] or a URL")
      .env("LANDLINE_HUB")
      .default("localhost:7300"),
  )
  program.addOption(
    new Option("--as <name>", "who speaks")
      .env("LANDLINE_NAME")
      .default(userName(), "the system's user name"),
  )
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return "somebody"
  }
}
