import { spawnSync } from "node:child_process"
import { accessSync, constants, existsSync } from "node:fs"
import { delimiter, join } from "node:path"

/** System programs that tests or benchmarks start, and the Debian package each comes in. */
const PACKAGES = {
  python3: "python3",
  chromium: "chromium",
  "nats-server": "nats-server",
  ngircd: "ngircd",
  rsync: "rsync",
  nginx: "nginx-light",
  ncat: "ncat",
  curl: "curl",
  sockperf: "sockperf",
  "python3-websockets": "python3-websockets",
} as const

/** What is no program, and where it lies when it is installed. */
const FILES: Readonly<Record<string, string>> = {
  "python3-websockets": "/usr/lib/python3/dist-packages/websockets/__init__.py",
}

export type SystemProgram = keyof typeof PACKAGES

/** Where a program is; undefined when it is not installed. */
export function programPath(program: string): string | undefined {
  // Debian keeps servers in sbin, which is not in everybody's PATH.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin"]
  return folders.map((folder) => join(folder, program)).find(isExecutable)
}

const isThere = (program: SystemProgram): boolean =>
  FILES[program] === undefined ? programPath(program) !== undefined : existsSync(FILES[program])

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Installs the programs that are missing, as root on Debian by apt; says in one line what it did or why not.
 * @returns those that are still missing.
 */
export function provide(programs: readonly SystemProgram[]): SystemProgram[] {
  const missing = programs.filter((program) => !isThere(program))
  if (missing.length === 0) return []
  const names = missing.join(", ")
  if (!existsSync("/etc/debian_version"))
    return tell(missing, `${names}: not installed, and this is no Debian`)
  if (process.getuid?.() !== 0) return tell(missing, `${names}: not installed, and only root can`)

  console.log(`system: installing ${names} by apt`)
  const packages = missing.map((program) => PACKAGES[program])
  if (!apt("install", ...packages)) {
    // The lists may be missing or out of date.
    apt("update")
    apt("install", ...packages)
  }
  const still = missing.filter((program) => !isThere(program))
  return still.length === 0 ? [] : tell(still, `${still.join(", ")}: apt could not install it`)
}

function tell(missing: SystemProgram[], reason: string): SystemProgram[] {
  console.log(`system: ${reason}; what needs it is left out`)
  return missing
}

function apt(action: string, ...packages: string[]): boolean {
  const run = spawnSync("apt-get", [action, "--yes", "--quiet", "--no-install-recommends", ...packages], {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    timeout: 300_000,
  })
  if (run.status !== 0) console.log(run.stderr?.trim() || `apt-get ${action}: ${run.error?.message}`)
  return run.status === 0
}
