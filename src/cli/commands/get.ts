import type { Command } from "commander"
import type { GetOptions } from "../files/getting.ts"
import { jsonLine } from "../output.ts"

type Options = GetOptions & { readonly json?: true }

/** `landline get FILE|CODE` */
export function register(program: Command): void {
  program
    .command("get")
    .description("get a file or folder that was sent, or the one of a one-time code")
    .argument("<file|code>", "a file's id, its name (the newest of that name), its address; or a code")
    .option("-o, --output <path>", "where to put it: a name, a folder, or - for stdout")
    .option("--force", "overwrite what is there")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  landline get report.pdf\n  landline get K7QM-3FXA -o ~/Downloads\n  landline get src.tar -o - | tar x\n\nWhat was cut or stopped goes on where it was when the same command is given again.",
    )
    .action(async (wanted: string, _: unknown, command: Command) => get(wanted, command.optsWithGlobals()))
}

async function get(wanted: string, options: Options): Promise<void> {
  const [{ Progress }, { getFile }, { gotLine, stopped }] = await Promise.all([
    import("../files/progress.ts"),
    import("../files/getting.ts"),
    import("../files/words.ts"),
  ])
  const progress = new Progress()
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      progress.close()
      console.error(options.output === "-" ? "Stopped." : stopped(progress.standing))
      process.exit(0)
    })
  try {
    const got = await getFile(wanted, options, progress)
    if (got.path !== undefined) progress.print(options.json ? jsonLine(got) : gotLine(got.path, got))
  } finally {
    progress.close()
  }
}
