import assert from "node:assert/strict"
import { writeFile } from "node:fs/promises"
import { describe, test } from "node:test"
import { type LabLine, serveLabChat } from "../../src/hub/lab-chat.ts"
import { serveLabFeed } from "../../src/hub/lab-feed.ts"
import { serveLabFile } from "../../src/hub/lab-file.ts"
import { serveLabHello } from "../../src/hub/lab-hello.ts"
import { serveLabPing } from "../../src/hub/lab-ping.ts"
import type { Delivery } from "../../src/hub/lab-service.ts"
import { serveLabSum } from "../../src/hub/lab-sum.ts"
import { mistakes, programsOf, SERVICES, type Service, skipOf, startExample } from "../support/examples.ts"
import { LabLines, rawSocket } from "../support/lab.ts"
import { type TempDir, tempDir } from "../support/temp.ts"

const TEXT = "schöne Grüße\n"

interface ServeOptions {
  readonly deliver: Delivery
  readonly timeoutMs: number
  readonly folder: string
}

/** A lab service whose log is kept. */
async function startService(service: Service, { deliver, timeoutMs, folder }: ServeOptions) {
  const lines = new LabLines()
  const write = (line: LabLine) => lines.write(line)
  const common = { host: "127.0.0.1", port: 0, deliver, write, settings: { timeoutMs } }
  const { port, close } = await {
    ping: () => serveLabPing(common),
    sum: () => serveLabSum(common),
    hello: () => serveLabHello(common),
    feed: () => serveLabFeed({ ...common, intervalMs: 20 }),
    chat: () => serveLabChat(common),
    file: () => serveLabFile({ ...common, folder }),
  }[service]()
  return { port, lines, [Symbol.asyncDispose]: close }
}

/** What a client takes before host and port, what is typed, and what it and our server print when all is right. */
const TALKS: Record<Service, { first?: string; typed?: string; prints: RegExp; logs?: RegExp }> = {
  ping: { prints: /^PONG\r?$/m, logs: /: QUIT$/ },
  sum: {
    typed: "25\n",
    prints: /Client Number: 25 \| Server Number: \d+ \| Sum: \d+/,
    logs: /^Client Number: 25 /,
  },
  hello: { prints: /^Server: Hello client!$/m, logs: /^Client: Hello Server!$/ },
  feed: {
    typed: "3\n",
    prints: /^\d\d:\d\d:\d\d\.\d+ -> \[/m,
    logs: /^Client Recieved 5 messages in \d+\.\d{4}s time$/,
  },
  chat: {
    first: "ada",
    typed: `${TEXT}hello\n`,
    prints: /eve> well said$/m,
    logs: /^Received message from ada: hello$/,
  },
  file: {
    first: "letter.txt",
    prints: /^Done sending letter\.txt$/m,
    logs: /^Done receiving recv-letter\.txt$/,
  },
}

async function startClient(path: string, service: Service, port: number, folder: TempDir) {
  const { first, typed = "" } = TALKS[service]
  await writeFile(folder.file("letter.txt"), TEXT)
  const client = startExample(path, [...(first ? [first] : []), "127.0.0.1", port], { cwd: folder.path })
  if (!path.includes("says_no_name")) client.write(typed)
  return client
}

/** Somebody else in the chat, who has something to say. */
async function eve(port: number, lines: LabLines): Promise<Disposable> {
  await lines.next(/username: ada$/)
  const socket = await rawSocket(port)
  await socket.write("3         eve9         well said")
  return socket
}

for (const service of SERVICES)
  describe(`the examples' ${service} clients, and our server`, () => {
    for (const path of programsOf(service, "client"))
      for (const deliver of ["normal", "slow"] as const)
        test(`${path}, with --deliver ${deliver}: all is right`, { skip: skipOf(path) }, async () => {
          await using folder = await tempDir()
          const options = { deliver, timeoutMs: 10_000, folder: folder.path }
          await using served = await startService(service, options)
          await using client = await startClient(path, service, served.port, folder)
          using _ = service === "chat" ? await eve(served.port, served.lines) : undefined
          await client.waitFor(TALKS[service].prints)
          if (TALKS[service].logs) await served.lines.next(TALKS[service].logs)
          if (service === "feed" || service === "chat") client.signal("SIGINT")
          const exit = await client.waitForExit()
          assert.deepEqual(exit, { code: 0, signal: null }, client.stderr)
          assert.equal(client.stderr, "")
          assert.deepEqual(served.lines.diagnoses, [])
        })

    for (const { name, found } of mistakes().filter((row) => row.service === service))
      for (const path of found.by === "case" ? [] : programsOf(service, name))
        test(`${path} is found by ${found.what}`, { skip: skipOf(path) }, async () => {
          await using folder = await tempDir()
          const deliver = found.by === "deliver" ? "slow" : "normal"
          await using served = await startService(service, { deliver, timeoutMs: 1_000, folder: folder.path })
          await using client = await startClient(path, service, served.port, folder)
          if (found.by === "diagnosis") {
            const isFound = (text: string) => text.includes(found.what)
            await served.lines.next(new RegExp(found.what.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")))
            assert.equal(served.lines.diagnoses.filter(isFound).length, 1)
            return
          }
          using _ = service === "chat" ? await eve(served.port, served.lines) : undefined
          if (service === "chat") await client.waitFor(/\r.*> .*\n|Reading error/)
          else await client.waitForExit()
          assert.doesNotMatch(client.stdout, TALKS[service].prints)
        })
  })
