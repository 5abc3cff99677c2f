import { spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { connect } from "../src/client/main.ts"
import type { Hub } from "../src/hub/hub.ts"

const home = join(import.meta.dirname, "..")
const FEED_EVERY_MS = 200
/** Charts have drawn and pictures are there. */
const SETTLED_MS = 1_500

const TALK: readonly (readonly [name: string, text: string])[] = [
  ["Bob", "Good morning! The laser cutter is warm."],
  ["Cleo", "Is anybody printing? I need about two hours for the brackets."],
  ["Bob", "I am done in ten minutes. Yours is the next turn."],
  [
    "Cleo",
    "Lovely. The part that I meant:\n```\nbracket = plate(60, 40, 3)\nbracket.hole(at=(10, 10), d=4.2)\n```",
  ],
  ["Bob", "Mind the feed rate: `F1200` was too fast for this plate. Notes are at http://wiki.local/plates"],
]

/** People talk, programs publish, files are passed, and a socket program goes wrong. */
export async function fillHub(hub: Hub): Promise<AsyncDisposable & { settled(page: Page): Promise<void> }> {
  const people = Object.fromEntries(
    ["Bob", "Cleo"].map((name) => [name, connect(hub.address, { name, device: `the-device-of-${name}` })]),
  )
  const bob = people["Bob"]!
  await bob.createRoom("workshop", "Machines, materials and who has the key")
  await bob.createRoom("printers", "Two upstairs, one that works")
  await bob.publish("workshop", "The key is with Cleo today.")
  for (const [name, text] of TALK) await people[name]!.publish("lobby", text)
  await post(hub, "/rooms/lobby", "Plate 7 finished, 3 h 12 min", { "Landline-Name": "printer" })
  const picture = new Uint8Array(await readFile(join(home, "web/public/icon-512.png")))
  await post(hub, "/files/notes.txt", "Cut at 1200, then cool for five minutes.\n", as("Cleo"), "PUT")
  await post(hub, "/files/new-mark.png", picture, as("Bob"), "PUT")
  await post(hub, "/files/floor-plan.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", as("Cleo"), "PUT")
  await bob.publish("lobby", "It is free now.")
  for (const name of ["Bob", "Cleo"]) people[name]!.follow("lobby", { presence: true })

  await bob.createFeed("workshop/temp", "application/json", { title: "At the window", unit: "°C" })
  await bob.createFeed("workshop/air", "application/json", { title: "Air in the workshop" })
  let n = 0
  const publishing = setInterval(() => {
    n++
    void bob
      .publish("feed/workshop/temp", (21 + 2 * Math.sin(n / 25) + 0.3 * Math.sin(n)).toFixed(2))
      .catch(() => {})
    if (n % 5 === 0)
      void bob
        .publish(
          "feed/workshop/air",
          JSON.stringify({ co2: 600 + (n % 90), humidity: 41.5, open: n % 2 === 0 }),
        )
        .catch(() => {})
  }, FEED_EVERY_MS)
  const followed = spawn(
    process.execPath,
    [join(home, "bin/landline.js"), "follow", "workshop/temp", "--hub", hub.address, "--as", "Cleo's desk"],
    { stdio: "ignore" },
  )

  const chat = hub.lab.find(({ service }) => service === "chat")!.port
  for (const program of ["client", "client_counts_characters"])
    spawn("python3", [join(home, `examples/python/chat/${program}.py`), "zoe", "127.0.0.1", String(chat)], {
      stdio: ["pipe", "ignore", "ignore"],
    }).stdin.end("hello\ncafé at four?\n")
  return {
    settled: (page) => page.waitForTimeout(SETTLED_MS),
    async [Symbol.asyncDispose]() {
      clearInterval(publishing)
      followed.kill("SIGTERM")
      await Promise.all(Object.values(people).map((session) => session.close()))
    },
  }
}

const as = (name: string) => ({ "Landline-Name": name, Authorization: `Bearer the-device-of-${name}` })

async function post(
  hub: Hub,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
  method = "POST",
) {
  const { ok, status } = await fetch(hub.address + path, { method, body, headers })
  if (!ok) throw new Error(`${method} ${path}: ${status}`)
}
