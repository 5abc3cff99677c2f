/**
 * The project's own rules, checked: the import law, file length, dead files, folders (ARCHITECTURE.md).
 * `node scripts/tidy.ts` prints what it finds and exits with 1 where that is a fault.
 */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Reference, referencesOf, targetOf } from "./references.ts"

/** The project's files, in memory: path from the root, with slashes, and text. */
export type Files = ReadonlyMap<string, string>

export interface Finding {
  readonly path: string
  readonly say: string
  /** A warning is printed; a fault fails. */
  readonly fault: boolean
}

const LINES_WARN = 300
const LINES_MAX = 500

/** What each part of src, and the browser app, may import beside itself. */
const LAW: Record<string, readonly string[]> = {
  protocol: [],
  core: ["protocol"],
  capabilities: ["core", "protocol"],
  gateways: ["capabilities", "core", "protocol"],
  storage: ["core", "protocol"],
  hub: ["protocol", "core", "capabilities", "gateways", "storage", "client"],
  client: ["protocol"],
  cli: ["client", "protocol"],
  web: ["client", "protocol"],
}
/** The commands that run a hub, or a part of one, in their own process; `data` works where no hub can run. */
const RUNS_A_HUB = /^src\/cli\/commands\/(serve|lab|data)\b/
/** Parts whose folders are siblings, which never import each other. */
const WITH_SIBLINGS = ["capabilities", "gateways", "storage"]
/** Parts without input and output of their own, and the packages they may use: no `node:` module at all. */
const PURE: Record<string, readonly string[]> = { protocol: ["zod"], core: [], client: [] }

/** The folders there are, and what may be in those that have a fixed set. */
const FOLDERS: Record<string, readonly string[]> = {
  "": ["bench", "bin", "docs", "examples", "scripts", "src", "test", "web"],
  src: ["capabilities", "cli", "client", "core", "gateways", "hub", "protocol", "storage"],
  "src/capabilities": ["chat", "check", "feeds", "files", "lab"],
  "src/gateways": ["http", "irc", "lab", "line", "websocket"],
  "src/storage": ["disk", "memory", "nats", "sqlite"],
  "src/cli": ["chat", "check", "commands", "feeds", "files", "lab", "line", "sum"],
  web: ["public", "src"],
  "web/src": ["app", "feeds", "files", "hub", "lab", "line", "rooms", "ui"],
  test: ["conformance", "e2e", "faults", "fuzz", "interop", "support"],
}

/** What is shipped, or started by hand. `bin/landline.js` starts the first, `web/index.html` the app. */
const MAINS = [
  "src/cli/main.ts",
  "src/hub/main.ts",
  "src/client/main.ts",
  "bench/main.ts",
  "web/src/main.tsx",
  "web/vite.config.ts",
]

const isScript = (path: string) => /\.tsx?$/.test(path)
const isTest = (path: string) => /\.test\.tsx?$/.test(path) || path.startsWith("test/")
/** Made for tests, but beside the source: suites that every implementation of a port passes. */
const isContract = (path: string) => path.endsWith("-contract.ts")

/** `src/gateways/http/x.ts` is in part `gateways`, folder `http`; a file of the part itself is in folder "". */
function placeOf(path: string): { part: string; folder: string } {
  const steps = path.replace(/^src\//, "").split("/")
  return { part: steps[0]!, folder: steps.length > 2 ? steps[1]! : "" }
}

/** Imports against the law: of a part that may not be known here, of a sibling, of I/O where there is none. */
export function importLaw(files: Files): Finding[] {
  return eachReference(files).flatMap(([path, reference]) => {
    if (!/^(src|web)\//.test(path) || isTest(path) || reference.kind === "url") return []
    const say = breach(path, reference)
    return say ? [{ path: `${path}:${reference.line}`, say, fault: true }] : []
  })
}

function breach(path: string, reference: Reference): string | undefined {
  const { specifier } = reference
  if (specifier === undefined) return "imports a computed name, which cannot be checked"
  const { part, folder } = placeOf(path)
  const target = targetOf(path, reference)
  if (target === undefined) {
    const packages = isContract(path) ? undefined : PURE[part]
    const fine = !packages || packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))
    return fine ? undefined : `${part} is pure and cannot import ${specifier}`
  }
  if (isTest(target) || (isContract(target) && !isContract(path))) return `only tests may import ${target}`
  const other = placeOf(target)
  if (!/^(src|web)\//.test(target)) return `${part} cannot import ${target}`
  if (other.part !== part) {
    const fine = LAW[part]?.includes(other.part) || (other.part === "hub" && RUNS_A_HUB.test(path))
    return fine ? undefined : `${part} cannot import ${other.part} (${target})`
  }
  const siblings = WITH_SIBLINGS.includes(part) && other.folder !== "" && other.folder !== folder
  return siblings ? `${part}/${folder} cannot import its sibling ${part}/${other.folder}` : undefined
}

/** Relative imports that lead nowhere. */
export function brokenReferences(files: Files): Finding[] {
  return eachReference(files).flatMap(([path, reference]) => {
    const target = reference.kind === "import" ? targetOf(path, reference) : undefined
    if (target === undefined || files.has(target)) return []
    return [{ path: `${path}:${reference.line}`, say: `imports ${target}, which is not there`, fault: true }]
  })
}

/** Files that are long, and files that are too long. */
export function fileLength(files: Files): Finding[] {
  return [...files].flatMap(([path, text]) => {
    const lines = text.replace(/\n$/, "").split("\n").length
    if (lines <= LINES_WARN) return []
    const fault = lines > LINES_MAX
    return [{ path, say: `${lines} lines; ${fault ? `more than ${LINES_MAX}` : "think of a split"}`, fault }]
  })
}

/**
 * Source that nothing reaches. Files of src must be reached from what is shipped, so that a test alone does
 * not keep them; contract suites and all files elsewhere may also be reached from a test or a script.
 * @param scripts files that package.json's scripts name
 */
export function deadFiles(files: Files, scripts: readonly string[]): Finding[] {
  const shipped = reach(files, MAINS)
  const tests = [...files.keys()].filter((path) => /\.test\.tsx?$/.test(path))
  const reached = reach(files, [...MAINS, ...tests, ...scripts])
  return [...files.keys()].flatMap((path) => {
    const ships = path.startsWith("src/") && !isTest(path) && !isContract(path)
    if (!isScript(path) || (ships ? shipped : reached).has(path)) return []
    return [{ path, say: ships ? "nothing that is shipped reaches it" : "nothing reaches it", fault: true }]
  })
}

function reach(files: Files, from: readonly string[]): Set<string> {
  const reached = new Set<string>()
  const ahead = [...from]
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    const text = files.get(path)
    if (text === undefined || reached.has(path)) continue
    reached.add(path)
    if (!isScript(path)) continue
    for (const reference of referencesOf(path, text)) ahead.push(targetOf(path, reference) ?? "")
  }
  return reached
}

/** Folders that ARCHITECTURE.md does not know. */
export function unknownFolders(files: Files): Finding[] {
  const found = new Map<string, Finding>()
  for (const path of files.keys()) {
    const steps = path.split("/").slice(0, -1)
    for (const [depth, step] of steps.entries()) {
      const folder = steps.slice(0, depth + 1).join("/")
      const known = FOLDERS[steps.slice(0, depth).join("/")]
      if (known && !known.includes(step))
        found.set(folder, { path: folder, say: "unknown folder", fault: true })
    }
    if (steps.join("/") === "src") found.set(path, { path, say: "belongs in a folder of src", fault: true })
  }
  return [...found.values()]
}

/** All rules. */
export function tidy(files: Files, scripts: readonly string[]): Finding[] {
  return [
    ...unknownFolders(files),
    ...fileLength(files),
    ...importLaw(files),
    ...brokenReferences(files),
    ...deadFiles(files, scripts),
  ]
}

function eachReference(files: Files): [string, Reference][] {
  return [...files].flatMap(([path, text]) =>
    isScript(path) ? referencesOf(path, text).map((reference): [string, Reference] => [path, reference]) : [],
  )
}

/** The files of a checkout that people write, and the scripts that its package.json names. */
export function readProject(root: string): { files: Files; scripts: string[] } {
  const paths = globSync("**/*.{ts,tsx,js,mjs,cjs,py,sh,sql,html,css}", {
    cwd: root,
    exclude: ["node_modules", "dist", "data", "bench/results"],
  })
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>
  }
  return {
    files: new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), "utf8")])),
    scripts: Object.values(manifest.scripts).flatMap((script) => script.match(/[\w./-]+\.[jt]s\b/g) ?? []),
  }
}

if (import.meta.main) {
  const { files, scripts } = readProject(join(import.meta.dirname, ".."))
  const findings = tidy(files, scripts)
  for (const { path, say, fault } of findings) console.log(`${fault ? "fault" : "warning"}: ${path}: ${say}`)
  if (findings.some((finding) => finding.fault)) process.exit(1)
}
