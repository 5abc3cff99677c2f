import type { Command } from "commander"

const FAULT_FOUND = 3

export function register(program: Command): void {
  const data = program
    .command("data")
    .summary("check and mend what a hub keeps")
    .description("Looks after the data folder of a hub.")
    .addHelpText("after", "\nExamples:\n  landline data verify\n  landline data salvage --data /srv/landline")
  const folder = ["--data <folder>", "the hub's data folder (default data, or LANDLINE_DATA)"] as const
  data
    .command("verify")
    .description("Checks every entry against its checksum. A running hub is not disturbed.")
    .option(...folder)
    .option("--json", "print the result as JSON")
    .action(verify)
  data
    .command("salvage")
    .description(
      "Makes a new log of everything that can be read in a damaged one, and keeps the damaged files.",
    )
    .option(...folder)
    .option("--json", "print the result as JSON")
    .action(salvage)
}

interface Given {
  readonly data?: string
  readonly json?: boolean
}

const folderOf = ({ data }: Given): string => data ?? process.env["LANDLINE_DATA"] ?? "data"

async function verify(given: Given): Promise<void> {
  const { verifyLog } = await import("../../hub/data.ts")
  const result = verifyLog(folderOf(given), (entries) => progress(`${entries} entries checked`))
  progress("")
  if (result.faults.length > 0) process.exitCode = FAULT_FOUND
  if (given.json) return print(JSON.stringify(result))
  for (const fault of result.faults) print(fault)
  const { topics, entries, faults } = result
  if (faults.length === 0) print(`All ${entries} entries in ${topics} topics are as they were written.`)
  else
    print(
      `${faults.length === 1 ? "One fault" : `${faults.length} faults`} found. Save what can be read with \`landline data salvage --data ${folderOf(given)}\`.`,
    )
}

async function salvage(given: Given): Promise<void> {
  const { salvageLog, verifyLog } = await import("../../hub/data.ts")
  if (isSound(verifyLog, folderOf(given)))
    return print(given.json ? JSON.stringify({ topics: [] }) : "Nothing is damaged, and nothing was changed.")
  const result = salvageLog(folderOf(given), Date.now())
  if (result.topics.length === 0) process.exitCode = FAULT_FOUND
  if (given.json) return print(JSON.stringify(result))
  if (result.topics.length === 0) print("Nothing could be read: the new log is empty.")
  for (const { topic, saved, lost } of result.topics) print(`${topic}: ${saved} entries saved, ${lost} lost`)
  print(`The damaged files are kept in ${folderOf(given)}/${result.kept}. The hub can be started again.`)
}

/** A folder whose main file is missing is not sound, whatever else is in it. */
function isSound(verifyLog: typeof import("../../hub/data.ts").verifyLog, folder: string): boolean {
  try {
    return verifyLog(folder).faults.length === 0
  } catch {
    return false
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
}
