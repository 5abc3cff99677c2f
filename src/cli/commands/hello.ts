import type { Command } from "commander"
import type { HubOptions } from "../hub-options.ts"

/** `landline hello` */
export function register(program: Command): void {
  program
    .command("hello")
    .description("ask the hub who it is: name, version, addresses, clock")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  landline hello --hub 192.168.1.20")
    .action(async (_: unknown, command: Command) => {
      const { hub, json } = command.optsWithGlobals<HubOptions & { json?: true }>()
      const { greet } = await import("../check/greet.ts")
      await greet(hub, json)
    })
}
