import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { readdir, readFile, truncate, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { startGateway } from "../support/http-gateway.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { tempDir } from "../support/temp.ts"

const curls = { skip: needs("curl"), timeout: 60_000 }
const MIB = 1024 * 1024

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** A hub, a folder with a file that curl announces with `Expect`, and curl in it. */
async function setUp(bytes = 3 * MIB) {
  const [gateway, dir, content] = [await startGateway(), await tempDir(), randomBytes(bytes)]
  await writeFile(dir.file("big.bin"), content)
  const curl = async (args: readonly string[], stdin?: Uint8Array) => {
    await using program = spawnProgram("curl", ["-sS", ...args], { cwd: dir.path })
    if (stdin) program.write(stdin)
    program.end()
    const { code } = await program.waitForExit(30_000)
    return { code, out: program.stdout, err: program.stderr }
  }
  const path = async () => {
    const [newest] = (await (await fetch(`${gateway.address}/files`)).text()).split("\t")
    return `${gateway.address}/files/${newest}`
  }
  return {
    gateway,
    dir,
    content,
    curl,
    path,
    hub: gateway.address,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

test("curl -T FILE HUB/files/ sends a file under its name, and says where it is", curls, async () => {
  await using at = await setUp()
  const { code, out, err } = await at.curl(["-T", "big.bin", `${at.hub}/files/`])
  assert.deepEqual([code, err], [0, ""])
  const [address, digest, said] = out.split("\n")
  assert.deepEqual(
    [digest, said],
    [`sha256 ${sha256(at.content)}`, `big.bin, ${at.content.length} bytes, in lobby, from ~guest`],
  )
  assert.equal((await at.curl(["-o", "copy", address!])).code, 0)
  assert.ok((await readFile(at.dir.file("copy"))).equals(at.content))
})

test("curl -T - sends what comes on stdin, of whatever length", curls, async () => {
  await using at = await setUp()
  for (const bytes of [0, 1, 5 * MIB]) {
    const stdin = randomBytes(bytes)
    const { out } = await at.curl(
      ["-T", "-", "-H", "Accept: application/json", `${at.hub}/files/in.bin`],
      stdin,
    )
    const { name, sha256: sum } = JSON.parse(out)
    assert.deepEqual([name, sum], ["in.bin", sha256(stdin)])
  }
  const unnamed = await at.curl(["-T", "-", `${at.hub}/files/`], Buffer.from("x"))
  assert.match(unnamed.out, /^A file needs a name: curl -T FILE HUB\/files\/,/)
})

test("curl -C goes on with an upload that another curl began", curls, async () => {
  await using at = await setUp()
  const headers = ["-H", "Tus-Resumable: 1.0.0", "-H", `Upload-Length: ${at.content.length}`]
  const { out } = await at.curl([
    "-o",
    "/dev/null",
    "-w",
    "%header{location}",
    "-X",
    "POST",
    ...headers,
    `${at.hub}/files`,
  ])
  const upload = at.hub + out
  const limited = [
    "--data-binary",
    "@-",
    "-X",
    "PATCH",
    "-H",
    "Tus-Resumable: 1.0.0",
    "-H",
    "Upload-Offset: 0",
  ]
  const type = ["-H", "Content-Type: application/offset+octet-stream"]
  await at.curl([...limited, ...type, upload], at.content.subarray(0, MIB))
  const wrong = await at.curl(["-C", "5", "-T", "big.bin", upload])
  assert.equal(wrong.out, `The upload stands at ${MIB}. Go on from there.\n`)
  const { out: said } = await at.curl(["-C", `${MIB}`, "-T", "big.bin", upload])
  assert.match(said, new RegExp(`\nsha256 ${sha256(at.content)}\n`))
})

test("curl gets a file by its name, in ranges, and goes on with half of one", curls, async () => {
  await using at = await setUp()
  await at.curl(["-T", "big.bin", `${at.hub}/files/got%20by%20name.bin`])
  const path = await at.path()
  assert.equal((await at.curl(["-OJ", path])).code, 0)
  assert.deepEqual((await readdir(at.dir.path)).sort(), ["big.bin", "got by name.bin"])
  const file = at.dir.file("got by name.bin")
  assert.ok((await readFile(file)).equals(at.content))
  await truncate(file, MIB)
  assert.equal((await at.curl(["-C", "-", "-o", file, path])).code, 0)
  assert.ok((await readFile(file)).equals(at.content))
  for (const [range, from, to] of [
    ["10-19", 10, 20],
    ["-10", -10, undefined],
    [`${MIB}-`, MIB, undefined],
  ] as const) {
    await at.curl(["-r", range, "-o", "part", path])
    assert.ok((await readFile(join(at.dir.path, "part"))).equals(at.content.subarray(from, to)), range)
  }
})

test("curl that is refused sends nothing of the file, and prints why", curls, async () => {
  await using at = await setUp()
  const { code, out } = await at.curl([
    "-w",
    "%{size_upload} %{http_code}",
    "-T",
    "big.bin",
    `${at.hub}/files/?room=nope`,
  ])
  assert.equal(code, 0)
  assert.equal(out, 'There is no room "nope". `landline rooms` lists what there is.\n0 404')
})

test("curl prints why it was refused also where it did not wait to be asked", curls, async () => {
  await using at = await setUp(64 * MIB)
  const { out } = await at.curl(["-H", "Expect:", "-T", "big.bin", `${at.hub}/files/?room=nope`])
  assert.match(out, /^There is no room "nope"/)
})
