import { WebSocket } from "ws"
import type { HubMessage } from "../../src/protocol/messages.ts"
import { SESSION_PATH, SUBPROTOCOL, VERSION } from "../../src/protocol/session.ts"
import { nowMs } from "../support/clock.ts"
import type { ListenOrder, ListenReport } from "./listeners.ts"

/**
 * Followers of the lobby, in a process of their own, that time each message: its text is its number and the time
 * at which it was said, on the clock that all processes share.
 */

const { port, followers }: ListenOrder = JSON.parse(process.argv[2]!)
const lateMs: number[] = []
let following = 0

const report = (message: ListenReport) => process.send!(message)

for (let n = 0; n < followers; n++) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SESSION_PATH}`, SUBPROTOCOL)
  const send = (message: object) => socket.send(JSON.stringify(message))
  let next = 0
  const hear = (text: string) => {
    const [number, saidMs] = text.split(" ").map(Number) as [number, number]
    if (number !== next++) fail(`Message ${next - 1} was expected, ${number} came.`)
    lateMs.push(nowMs() - saidMs)
  }
  socket.on("open", () => send({ op: "hello", versions: [VERSION], name: `listener ${n}` }))
  socket.on("close", () => fail("A follower was cut off."))
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as HubMessage
    if (message.op === "welcome") send({ op: "follow", id: 1, topic: "room/lobby" })
    else if (message.op === "following" && ++following === followers) report({ op: "following" })
    else if (message.op === "error") fail(message.message)
    else if (message.op === "entries")
      for (const entry of message.entries)
        if (typeof entry === "string") hear(entry)
        else if (entry.kind === undefined) hear(entry.text) // no file that was announced
  })
}

function fail(why: string): never {
  console.error(why)
  process.exit(1)
}

process.on("message", () => report({ op: "heard", lateMs }))
process.on("disconnect", () => process.exit())
