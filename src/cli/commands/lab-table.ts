import type { Command } from "commander"
import type { TableRow } from "../../protocol/lab/records.ts"
import type { HubOptions } from "../hub-options.ts"
import { print, printJson } from "../output.ts"

/** `landline lab table` */
export function registerTable(lab: Command): void {
  lab
    .command("table")
    .description("how the programs in a hub's lab do: the latest result of each case")
    .option("--json", "print JSON lines, one for each program")
    .addHelpText("after", "\nExample:\n  landline lab table --hub 192.168.1.20")
    .action(async (_: unknown, command: Command) => table(command.optsWithGlobals()))
}

async function table(options: HubOptions & { json?: true }): Promise<void> {
  process.once("SIGINT", () => process.exit(0))
  const [{ HubHttp }, { programLines }] = await Promise.all([
    import("../files/hub-http.ts"),
    import("../lab/table-lines.ts"),
  ])
  const { programs } = await new HubHttp(options).json<{ programs: TableRow[] }>("GET", "lab/table")
  if (options.json) for (const program of programs) printJson(program)
  else if (programs.length > 0)
    for (const line of programLines(programs, process.stdout.columns ?? 80)) print(line)
  else console.error("No program has used the hub's lab yet.")
}
