import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Program, type ProgramOptions, spawnProgram } from "./process.ts"
import { needs } from "./programs.ts"

const FOLDER = join(import.meta.dirname, "..", "..", "examples")
export const SERVICES = ["ping", "sum", "hello", "feed", "chat", "file"] as const
export type Service = (typeof SERVICES)[number]

/** A program with a mistake, as examples/README.md has it. */
export interface Mistake {
  readonly service: Service
  /** Without its folder and its ending: `client_counts_characters`. */
  readonly name: string
  /** Kind, and for a case its name, for a diagnosis what stands in it. */
  readonly found: { readonly by: "case" | "diagnosis" | "deliver"; readonly what: string }
}

/** The rows of examples/README.md; a row may name several programs. */
export function mistakes(): Mistake[] {
  const text = readFileSync(join(FOLDER, "README.md"), "utf8")
  return SERVICES.flatMap((service) => {
    const rows = text.split(`\n## ${service}\n`)[1]!.split("\n## ")[0]!
    return [...rows.matchAll(/^\| ((?:server|client)_.+?) \| .+ \| (case |diagnosis |)`(.+)` \|$/gm)].flatMap(
      ([, names, kind, what]) =>
        names!.split(", ").map((name): Mistake => {
          const by = kind === "case " ? "case" : kind === "diagnosis " ? "diagnosis" : "deliver"
          return { service, name, found: { by, what: what! } }
        }),
    )
  })
}

/** The programs of both languages, from the folder of examples: `python/chat/server.py`. */
export const programs: readonly string[] = globSync("{python,node}/*/*.{py,js}", { cwd: FOLDER })
  .map((path) => path.replaceAll("\\", "/"))
  .sort()

/** The programs of this name, in either language. */
export const programsOf = (service: Service, name: string): string[] =>
  programs.filter((path) => path.replace(/^\w+\/|\.\w+$/g, "") === `${service}/${name}`)

export const sourceOf = (path: string): string => readFileSync(join(FOLDER, path), "utf8")

/** What a test of it says as its `skip`. */
export const skipOf = (path: string): false | string => (path.endsWith(".py") ? needs("python3") : false)

/** The program and its arguments, as they are started. */
export const commandOf = (path: string): [string, ...string[]] =>
  path.endsWith(".py") ? ["python3", "-u", join(FOLDER, path)] : [process.execPath, join(FOLDER, path)]

export function startExample(
  path: string,
  args: readonly (string | number)[],
  options: ProgramOptions = {},
): Program {
  const [program, ...first] = commandOf(path)
  return spawnProgram(program, [...first, ...args.map(String)], options)
}
