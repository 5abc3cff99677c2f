import { type Command, InvalidArgumentError } from "commander"
import type { TraceAnswer, TraceSummary } from "../../protocol/lab/records.ts"
import type { HubOptions } from "../hub-options.ts"
import { print, printJson } from "../output.ts"

/** `landline lab trace [ID]` */
export function registerTrace(lab: Command): void {
  lab
    .command("trace")
    .description("the last connections to a hub's lab, or one of them byte by byte")
    .argument("[id]", "which one (default: lists them, the newest first)", traceId)
    .option("--json", "print JSON lines")
    .addHelpText("after", "\nExample:\n  landline lab trace\n  landline lab trace 12")
    .action(async (id: number | undefined, _: unknown, command: Command) =>
      trace(id, command.optsWithGlobals()),
    )
}

function traceId(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It is a number from the list.")
  return Number(text)
}

async function trace(id: number | undefined, options: HubOptions & { json?: true }): Promise<void> {
  process.once("SIGINT", () => process.exit(0))
  const [{ HubHttp }, { traceLines, traceList }] = await Promise.all([
    import("../files/hub-http.ts"),
    import("../lab/trace-lines.ts"),
  ])
  const hub = new HubHttp(options)
  const columns = process.stdout.columns ?? 80
  if (id !== undefined) {
    const whole = await hub.json<TraceAnswer>("GET", `lab/traces/${id}`)
    if (options.json) printJson(whole)
    else for (const line of traceLines(whole, columns)) print(line)
    return
  }
  const { traces } = await hub.json<{ traces: TraceSummary[] }>("GET", "lab/traces")
  if (options.json) for (const one of traces) printJson(one)
  else if (traces.length > 0) for (const line of traceList(traces, columns)) print(line)
  else console.error("Nothing has connected to the hub's lab from here yet.")
}
