import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, globSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { test } from "node:test"
import { spawnProgram } from "../support/process.ts"
import { type TempDir, tempDir } from "../support/temp.ts"

const root = join(import.meta.dirname, "../..")
const INSTALL_TIMEOUT_MS = 120_000
const START_TIMEOUT_MS = 30_000
/** What packing needs of the checkout. */
const PACKED = ["bin", "scripts", "src", "web", "package.json", "tsconfig.json", "tsconfig.build.json"]
const SHOWN = ["README.md", "PROTOCOL.md", "CHANGELOG.md", "LICENSE"].filter((path) =>
  existsSync(join(root, path)),
)

/** Environment of somebody who never saw this checkout: nothing of an npm around us, nor our node_modules. */
function strangersEnv(nodeFolder: string): NodeJS.ProcessEnv {
  const about =
    /^(npm_(lifecycle|package|command|execpath|node_execpath|config_(local_)?prefix)|INIT_CWD|NODE_)/
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !about.test(name)))
  const folders = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
  return { ...env, PATH: [nodeFolder, ...folders].join(delimiter), npm_config_yes: "false" }
}

/** Runs to the end and gives its stdout. @throws with all it said where it fails */
function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): string {
  const done = spawnSync(command, args, { cwd, env, encoding: "utf8", timeout: INSTALL_TIMEOUT_MS })
  assert.equal(
    done.status,
    0,
    `${command} ${args.join(" ")}: ${done.error ?? ""}\n${done.stdout}\n${done.stderr}`,
  )
  return done.stdout
}

/** `npm pack`, in a copy: it rebuilds dist/, which other tests use at the same time. */
function pack(dir: TempDir, env: NodeJS.ProcessEnv): string {
  const copy = dir.file("checkout")
  for (const path of [...PACKED, ...SHOWN]) cpSync(join(root, path), join(copy, path), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))
  run("npm", ["pack", "--pack-destination", dir.path], copy, env)
  const [tarball] = globSync("landline-*.tgz", { cwd: dir.path })
  assert.ok(tarball, "npm pack wrote no tarball")
  return dir.file(tarball)
}

test("package: an installed tarball is all that a stranger needs", async (t) => {
  await using dir = await tempDir()
  const nodeFolder = dir.file("node-bin")
  mkdirSync(nodeFolder)
  symlinkSync(process.execPath, join(nodeFolder, "node"))
  const env = strangersEnv(nodeFolder)
  const site = dir.file("site")
  mkdirSync(site)
  writeFileSync(join(site, "package.json"), '{ "private": true, "type": "module" }')
  const tarball = pack(dir, env)
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], site, env)
  assert.ok(!existsSync(join(site, "node_modules/node")), "the package brings no Node of its own")
  assert.ok(!existsSync(join(site, "node_modules/landline/src")), "it runs from dist")

  await t.test("`npx landline serve` runs a hub until Ctrl-C", async () => {
    const args = ["landline", "serve", "--port", "0", "--data", dir.file("data-npx")]
    await using hub = spawnProgram("npx", args, { cwd: site, env, group: true })
    const [, url] = await hub.waitFor(/(http:\/\/localhost:\d+)/, START_TIMEOUT_MS)
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    const client = await fetch(`${url}/client.js`)
    assert.equal(client.status, 200)
    assert.match(await client.text(), /export\s*\{[^}]*\bconnect\b/)
    assert.match(await (await fetch(`${url}/landline.py`)).text(), /^class Hub/m)
    hub.signal("SIGINT")
    await hub.waitForExit()
    await assert.rejects(fetch(`${url}/healthz`), "the hub itself is gone, not npx alone")
    assert.doesNotMatch(hub.stderr, /^\s+at /m)
  })

  await t.test("the installed program ends with 0 on SIGTERM", async () => {
    const program = join(site, "node_modules/.bin/landline")
    const args = ["serve", "--port", "0", "--data", dir.file("data")]
    await using hub = spawnProgram(program, args, { cwd: site, env })
    await hub.waitFor(/http:\/\/localhost:\d+/, START_TIMEOUT_MS)
    hub.signal("SIGTERM")
    assert.deepEqual(await hub.waitForExit(), { code: 0, signal: null })
    assert.doesNotMatch(hub.stderr, /^\s+at /m)
  })

  await t.test("`landline` and `landline/client` are imported by name, and typed", () => {
    writeFileSync(
      join(site, "use.ts"),
      `import { startHub } from "landline"
import { connect, type RoomInfo } from "landline/client"
const functions: Function[] = [startHub, connect]
export type Line = RoomInfo["line"] extends string ? "typed" : never
const line: Line = "typed"
console.log(functions.map((value) => typeof value).join(), line)
`,
    )
    writeFileSync(
      join(site, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          module: "nodenext",
          target: "es2024",
          lib: ["es2024", "esnext.disposable", "dom"],
          skipLibCheck: true,
          types: ["node"],
          typeRoots: [join(root, "node_modules/@types")],
        },
        files: ["use.ts"],
      }),
    )
    run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."], site, env)
    assert.equal(run("node", ["use.ts"], site, env), "function,function typed\n")
  })

  await t.test("under an old Node it says so in one sentence", () => {
    const program = join(site, "node_modules/landline/bin/landline.js")
    const old = `data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "20.19.0" } })`
    const { status, stderr, stdout } = spawnSync("node", ["--import", old, program], {
      env,
      encoding: "utf8",
    })
    assert.equal(status, 1)
    assert.match(stderr, /^Landline needs Node 24 or newer; this is [^\n]*\.\n$/)
    assert.equal(stdout, "")
  })
})

// The old Node that many systems bring: the same sentence, without a pretence.
const oldNode = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "node"))
  .find(
    (node) =>
      Number.parseInt(spawnSync(node, ["-p", "process.versions.node"]).stdout?.toString() ?? "", 10) < 24,
  )

if (oldNode)
  test("package: bin/landline.js runs under the old Node of this system as far as that sentence", async () => {
    await using dir = await tempDir()
    cpSync(join(root, "bin"), dir.file("bin"), { recursive: true })
    writeFileSync(dir.file("package.json"), '{ "type": "module" }')
    const { status, stderr } = spawnSync(oldNode, [dir.file("bin/landline.js")], { encoding: "utf8" })
    assert.equal(status, 1)
    assert.match(stderr, /^Landline needs Node 24 or newer; this is v\d+[^\n]*\.\n$/)
  })
