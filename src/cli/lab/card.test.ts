import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { test } from "node:test"
import { LAB_SERVICES } from "../../protocol/lab/records.ts"
import { displayWidth } from "../width.ts"
import { type Card, cardLines } from "./card.ts"

const card: Card = {
  name: "Physics lab 3",
  addresses: [
    "http://192.168.100.100:17300",
    "http://172.17.0.1:17300",
    "http://[2001:db8::1234:5678]:17300",
  ],
  host: "192.168.100.100",
  services: [...LAB_SERVICES].reverse().map((service, index) => ({ service, port: 50_000 + index })),
  room: "lab",
}

test("card: no line is longer than the terminal, from 80 columns on, and nothing is left out", () => {
  const whole = cardLines(card).join(" ")
  for (const columns of [80, 100, 132, 200]) {
    const lines = cardLines(card, columns)
    for (const line of lines) assert.ok(displayWidth(line) <= columns, `${columns}: ${line}`)
    assert.equal(words(lines.join(" ")), words(whole))
  }
  for (const address of card.addresses) assert.ok(whole.includes(address))
})

/** Without what a break may change: blanks, `;` and the breaks themselves. */
const words = (text: string) => text.replaceAll(/[\s;]+/g, "")

test("card: each service has its heading, in the order of a course, and a line to type", () => {
  const headings = cardLines(card).filter((line) => line.includes(" port "))
  assert.deepEqual(
    headings.map((line) => /^ {2}(\w+) +port (\d+)/.exec(line)!.slice(1, 3).join(" ")),
    ["ping 50005", "sum 50004", "hello 50003", "feed 50002", "chat 50001", "file 50000"],
  )
  const lines = cardLines(card).filter((line) => line.startsWith('python3 -c "'))
  assert.equal(lines.length, 6)
  assert.ok(lines.every((line) => line.includes("('192.168.100.100', 5000") && line.endsWith('"')))
})

test("card: in a pipe it is plain ASCII without a break in what is typed; on a terminal its headings are bold", () => {
  assert.match(cardLines(card).join("\n"), /^[\x20-\x7e\n]*$/)
  const bold = cardLines(card, 80, true).filter((line) => line.startsWith("\x1b[1m"))
  assert.equal(bold.length, 1 + LAB_SERVICES.length)
})

test("card: a name made to break a terminal is shown, and a long one is broken", () => {
  const lines = cardLines({ ...card, name: `\x1b[2J\u202e${"long name ".repeat(12)}` }, 80)
  assert.doesNotMatch(lines.join("\n"), /[\x1b\u202e]/)
  for (const line of lines) assert.ok(displayWidth(line) <= 80, line)
})

test("card: a hub that serves a part of the lab has a card of that part", () => {
  const lines = cardLines({ ...card, services: [{ service: "chat", port: 2000 }], room: "lobby" })
  assert.equal(lines.filter((line) => line.startsWith("python3")).length, 1)
  assert.ok(lines.includes("  room    lobby    http://192.168.100.100:17300/#/rooms/lobby"))
})

test("docs/lab.md shows the card of a class as it is printed on 80 columns", async () => {
  const ports = { ping: 3033, sum: 8000, hello: 50_000, feed: 8000, chat: 12_345, file: 12_345 }
  const shown: Card = {
    name: "Room 3",
    addresses: ["http://192.168.1.20:7300"],
    host: "192.168.1.20",
    services: LAB_SERVICES.map((service) => ({ service, port: ports[service] })),
    room: "lab",
  }
  const document = await readFile(new URL("../../../docs/lab.md", import.meta.url), "utf8")
  assert.ok(document.includes(`\n${cardLines(shown, 80).join("\n")}\n`))
})
