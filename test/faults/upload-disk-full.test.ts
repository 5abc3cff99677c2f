import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import { startHubProcess } from "../support/hub-process.ts"
import { tempDir } from "../support/temp.ts"

const TUS = { "Tus-Resumable": "1.0.0" }
const SIZE = 4 * 1024 * 1024

// No file may grow beyond a limit, in blocks of 512 bytes (POSIX sh): to a writer the same as a disk that is full.
const HALF = "trap '' XFSZ; ulimit -S -f 4096"

test("a disk that is full in the middle of an upload says so; the hub goes on, and with space so does the upload", async () => {
  await using folder = await tempDir()
  await using hub = await startHubProcess(folder.path, [], HALF)
  const bytes = randomBytes(SIZE)
  const headers = { ...TUS, "Upload-Length": `${SIZE}`, "Upload-Metadata": `filename ${btoa("big")}` }
  const created = await fetch(`${hub.address}/files/`, { method: "POST", headers })
  const upload = new URL(created.headers.get("location")!, hub.address)
  const patch = (offset: number) =>
    fetch(upload, {
      method: "PATCH",
      headers: { ...TUS, "Upload-Offset": `${offset}`, "Content-Type": "application/offset+octet-stream" },
      body: bytes.subarray(offset),
    })
  const offset = async () =>
    Number((await fetch(upload, { method: "HEAD", headers: TUS })).headers.get("upload-offset"))

  const full = await patch(0)
  assert.equal(full.status, 507)
  assert.match(await full.text(), /^The hub's disk [^\n]+\.\n$/)
  const kept = await offset()
  assert.ok(kept > 0 && kept <= SIZE / 2, `${kept} were kept`)
  assert.equal((await patch(kept)).status, 507)
  assert.equal(await offset(), kept)

  const said = await fetch(`${hub.address}/rooms/lobby`, { method: "POST", body: "still here" })
  assert.equal(said.status, 201)
  const small = await fetch(`${hub.address}/files/small`, { method: "PUT", body: "fits" })
  assert.equal(small.status, 201)

  execFileSync("prlimit", ["--pid", `${hub.program.pid}`, "--fsize=unlimited"])
  const rest = await patch(kept)
  assert.equal(rest.status, 204)
  const file = await fetch(hub.address + rest.headers.get("landline-file"))
  assert.ok(bytes.equals(Buffer.from(await file.arrayBuffer())))
})
