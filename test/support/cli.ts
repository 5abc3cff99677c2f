import { fileURLToPath } from "node:url"
import { type Program, spawnProgram } from "./process.ts"

const bin = fileURLToPath(new URL("../../bin/landline.js", import.meta.url))

export interface CliOptions {
  /** Its configuration folder: the device that it speaks from. */
  readonly config: string
  readonly hub: string
  readonly as?: string
  /** What runs it: `[python3, on_terminal.py]` puts it on a terminal. */
  readonly under?: readonly string[]
}

/** Starts `landline` as a person does, with nothing of this process's own settings. */
export function cli({ config, hub, as, under = [] }: CliOptions, ...words: string[]): Program {
  const { LANDLINE_NAME: _, NO_COLOR: __, ...inherited } = process.env
  const env = {
    ...inherited,
    LANDLINE_CONFIG: config,
    LANDLINE_HUB: hub,
    TERM: "xterm",
    ...(as && { LANDLINE_NAME: as }),
  }
  const [command, ...args] = [...under, process.execPath, bin, ...words] as [string, ...string[]]
  return spawnProgram(command, args, { env })
}

/** Runs it to its end. */
export async function runCli(options: CliOptions & { readonly stdin?: string }, ...words: string[]) {
  await using program = cli(options, ...words)
  program.write(options.stdin ?? "")
  program.end()
  const { code } = await program.waitForExit(20_000)
  return { code, stdout: program.stdout, stderr: program.stderr }
}
