import { createHash } from "node:crypto"
import type { Socket } from "node:net"
import { encodeClose, encodeFrame, FeedDecoder } from "../../src/protocol/lab/feed-frames.ts"
import { clientFrame } from "./client-frame.ts"

/** What a feed server may do wrong. */
export type FeedFlaw =
  | "answers the handshake with a page"
  | "answers the handshake with a wrong key"
  | "masks its frames"
  | "sends binary frames"
  | "says something else"
  | "sends users as JSON"
  | "sends arrays with commas"
  | "puts apostrophes in double quotes"
  | "wraps nothing"
  | "sends ten a second"
  | "sends one message alone"
  | "serves one client at a time"
  | "stops after a report"
  | "answers no close"
  | "answers no ping"
  | "answers a ping with nothing in it"
  | "loses what came with the handshake"
  | "takes one recv for one frame"
  | "knows no fragments"
  | "takes no more than 125 bytes"
  | "takes a text of no bytes for the end"
  | "decodes as ASCII"
  | "takes frames without a mask"
  | "accepts any request"
  | "dies of a line that is no HTTP"
  | "waits for a handshake right after accept"
  | "dies of half a frame"
  | "dies of a reset"
  | "dies of bytes that are no text"
  | "leaves out Connection: Upgrade"

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
const NUMBERS = Array.from({ length: 100 }, (_, at) => at)

/** As Python prints them. */
function message(flaw: FeedFlaw | undefined, which: number): string {
  const isUser = which !== 1
  if (flaw === "says something else") return "hello"
  if (isUser && flaw === "sends users as JSON") return '["Ada", "12 St James Square", "ada@example.org"]'
  if (which === 2 && flaw === "puts apostrophes in double quotes")
    return `["Tim O'Reilly", '1005 Highway', 'tim@example.org']`
  if (which === 0) return String.raw`['Ada', '12 St James Square\nLondon', 'ada@example.org']`
  if (isUser) return String.raw`['Tim O\'Reilly', '1005 Highway\nSebastopol', 'tim@example.org']`
  if (flaw === "sends arrays with commas") return `[${NUMBERS.join(", ")}]`
  const words = NUMBERS.map((number) => String(number).padStart(2))
  const lines = [0, 24, 48, 72, 96].map((at) => words.slice(at, at + 24).join(" "))
  return `[${lines.join(flaw === "wraps nothing" ? " " : "\n ")}]`
}

/** A feed server that is right but for one flaw. @returns takes a connection */
export function flawedFeed(flaw: FeedFlaw | undefined): (socket: Socket) => void {
  const open = new Set<Socket>()
  const waiting: Socket[] = []
  const timers = new Map<Socket, NodeJS.Timeout>()
  let busy: Socket | undefined
  let isDead = false
  let sent = 0

  const die = () => {
    isDead = true
    for (const one of open) one.destroy()
  }

  const next = () => {
    busy = waiting.shift()
    if (busy) serve(busy)
  }

  const send = (socket: Socket) => {
    const body = new TextEncoder().encode(message(flaw, sent++ % 3))
    if (!socket.writable) return
    if (flaw === "masks its frames") socket.write(clientFrame(body))
    else socket.write(encodeFrame(flaw === "sends binary frames" ? "binary" : "text", body))
  }

  const shake = (socket: Socket, head: string): boolean => {
    const key = /^sec-websocket-key: (.*)$/im.exec(head)?.[1]?.trim() ?? ""
    if (!head.startsWith("GET ") && flaw === "dies of a line that is no HTTP") die()
    if (flaw === "answers the handshake with a page" || (key === "" && flaw !== "accepts any request")) {
      socket.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
      socket.destroySoon()
      return false
    }
    const salt = flaw === "answers the handshake with a wrong key" ? "" : GUID
    const accept = createHash("sha1").update(`${key}${salt}`).digest("base64")
    const connection = flaw === "leaves out Connection: Upgrade" ? "" : "Connection: Upgrade\r\n"
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n${connection}Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    send(socket)
    const intervalMs = flaw === "sends ten a second" ? 100 : 1_000
    if (flaw !== "sends one message alone")
      timers.set(
        socket,
        setInterval(() => send(socket), intervalMs),
      )
    if (flaw === "waits for a handshake right after accept") next()
    return true
  }

  const takeFrames = (socket: Socket, decoder: FeedDecoder) => {
    for (let frame = decoder.next(); frame; frame = decoder.next()) {
      if (frame.type === "ping" && flaw !== "answers no ping")
        socket.write(
          encodeFrame("pong", flaw === "answers a ping with nothing in it" ? new Uint8Array() : frame.bytes),
        )
      if (frame.type === "close")
        if (flaw === "answers no close") socket.end()
        else socket.end(encodeClose(1000))
      if (frame.type !== "text") continue
      if (flaw === "stops after a report") clearInterval(timers.get(socket))
      const isTooMuch =
        (flaw === "takes no more than 125 bytes" && frame.text.length > 125) ||
        (flaw === "takes a text of no bytes for the end" && frame.text === "") ||
        (flaw === "decodes as ASCII" && /[^\0-\x7f]/.test(frame.text))
      if (isTooMuch) socket.end(encodeClose(1011))
    }
    if (decoder.fault?.kind === "encoding" && flaw === "dies of bytes that are no text") die()
    if (decoder.fault && flaw !== "takes frames without a mask") socket.end(encodeClose(1002))
  }

  const serve = (socket: Socket) => {
    if (socket.destroyed) return next()
    const isExclusive =
      flaw === "serves one client at a time" || flaw === "waits for a handshake right after accept"
    if (isExclusive) busy = socket
    let decoder: FeedDecoder | undefined
    let held = Buffer.alloc(0)
    socket.on("data", (chunk: Buffer) => {
      if (decoder) {
        const isWhole = chunk.length >= 6 && chunk.length === 6 + (chunk[1]! & 0x7f)
        if (flaw === "takes one recv for one frame" && !isWhole) return void socket.end(encodeClose(1002))
        if (flaw === "knows no fragments" && !decoder.awaited && (chunk[0]! & 0x80) === 0)
          return void socket.end(encodeClose(1002))
        decoder.push(chunk)
        return takeFrames(socket, decoder)
      }
      held = Buffer.concat([held, chunk])
      const at = held.indexOf("\r\n\r\n")
      if (at === -1 || !shake(socket, held.subarray(0, at).toString())) return
      decoder = new FeedDecoder({ at: 0, messageBytesMax: 100_000 })
      if (flaw !== "loses what came with the handshake") decoder.push(held.subarray(at + 4))
      takeFrames(socket, decoder)
    })
    socket.on("end", () => {
      if (flaw === "dies of half a frame" && decoder?.awaited && !decoder.fault) die()
      socket.end()
    })
    socket.on("close", () => {
      clearInterval(timers.get(socket))
      if (busy === socket) next()
    })
  }

  return (socket) => {
    open.add(socket)
    socket.on("close", () => open.delete(socket))
    socket.on("error", () => flaw === "dies of a reset" && die())
    if (isDead) socket.destroy()
    else if (busy) waiting.push(socket)
    else serve(socket)
  }
}
