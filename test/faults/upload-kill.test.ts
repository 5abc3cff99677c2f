import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import type { UploadInfo } from "../../src/protocol/files.ts"
import { type HubProcess, startHubProcess } from "../support/hub-process.ts"
import { random, SEED } from "../support/random.ts"
import { tempDir } from "../support/temp.ts"

const ROUNDS = 30
const SIZE = 6 * 1024 * 1024
const TUS = { "Tus-Resumable": "1.0.0" }

/** An upload that has begun: where it is, and the line on which its bytes are awaited. */
interface Begun {
  readonly path: string
  readonly socket: Socket
}

/** A request with a body of which nothing is sent yet; resolves with what the hub says first, if it is to say something. */
async function open(
  hub: HubProcess,
  head: string[],
  answer?: RegExp,
): Promise<{ socket: Socket; said: string }> {
  const { port } = new URL(hub.address)
  const socket = connect(Number(port), "127.0.0.1").on("error", () => {}) // it is to die
  await once(socket, "connect")
  socket.write([...head, `Host: localhost:${port}`, `Content-Length: ${SIZE}`, "", ""].join("\r\n"))
  let said = ""
  while (answer && !answer.test(said)) said += (await once(socket, "data"))[0]
  return { socket, said }
}

async function byTus(hub: HubProcess, name: string): Promise<Begun> {
  const headers = { ...TUS, "Upload-Length": `${SIZE}`, "Upload-Metadata": `filename ${btoa(name)}` }
  const created = await fetch(`${hub.address}/files/`, { method: "POST", headers })
  assert.equal(created.status, 201)
  const path = new URL(created.headers.get("location")!, hub.address).pathname
  const head = [`PATCH ${path} HTTP/1.1`, "Tus-Resumable: 1.0.0", "Upload-Offset: 0"]
  const { socket } = await open(hub, [...head, "Content-Type: application/offset+octet-stream"])
  return { path, socket }
}

async function byPut(hub: HubProcess, name: string): Promise<Begun> {
  const head = [`PUT /files/${name} HTTP/1.1`, "Expect: 100-continue"]
  const { socket, said } = await open(hub, head, / 100 Continue\r\n\r\n/)
  return { path: /^location: (?:http:\/\/[^/]+)?(\S+)/im.exec(said)![1]!, socket }
}

async function offsetOf(hub: HubProcess, path: string): Promise<number> {
  const response = await fetch(hub.address + path, { headers: { accept: "application/json" } })
  assert.equal(response.status, 200)
  return ((await response.json()) as UploadInfo).offset
}

test(`an upload that kill -9 of the hub cuts inside its bytes, at ${ROUNDS} places, ends identical; only the rest is sent again (seed ${SEED})`, async () => {
  await using folder = await tempDir()
  const next = random(SEED)
  let hub = await startHubProcess(folder.path)
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const bytes = randomBytes(SIZE)
      const begin = round % 2 ? byTus : byPut
      const { path, socket } = await begin(hub, `round-${round}`)
      const place = 1 + Math.floor(next() * (SIZE - 1))
      socket.write(bytes.subarray(0, place))
      const awaited = Math.floor(next() * Math.max(0, place - 1024 * 1024)) // what is gathered last is not written yet
      while ((await offsetOf(hub, path)) < awaited) await sleep(2)
      await hub.kill()
      socket.destroy()

      hub = await startHubProcess(folder.path)
      const offset = await offsetOf(hub, path)
      assert.ok(offset >= awaited && offset <= place, `${offset} of ${place}, ${awaited} were seen stored`)
      const rest = await fetch(hub.address + path, {
        method: "PATCH",
        headers: { ...TUS, "Upload-Offset": `${offset}`, "Content-Type": "application/offset+octet-stream" },
        body: bytes.subarray(offset),
      })
      assert.equal(rest.status, 204, `round ${round} at ${place}`)
      const file = await fetch(hub.address + rest.headers.get("landline-file"))
      assert.ok(bytes.equals(Buffer.from(await file.arrayBuffer())), `round ${round} at ${place}`)
      const digest = createHash("sha256").update(bytes).digest("base64")
      assert.equal(file.headers.get("repr-digest"), `sha-256=:${digest}:`)
    }
    const lobby = await (
      await fetch(`${hub.address}/rooms/lobby?last=100`, { headers: { accept: "application/x-ndjson" } })
    ).text()
    const names = lobby
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).text)
    assert.deepEqual(
      names,
      Array.from({ length: ROUNDS }, (_, round) => `round-${round + 1}`),
    )
  } finally {
    await hub[Symbol.asyncDispose]()
  }
})
