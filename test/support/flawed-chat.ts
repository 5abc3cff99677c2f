import type { Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import {
  ChatDecoder,
  encodeFrame,
  type HeaderBytes,
  parseLength,
} from "../../src/protocol/lab/chat-frames.ts"

/** What a chat server may do wrong. */
export type ChatFlaw =
  | "takes one recv for one message"
  | "counts characters"
  | "echoes to the sender"
  | "sends frames in pieces"
  | "leaves out the username"
  | "serves one client at a time"
  | "waits for a username right after accept"
  | "dies of a reset"
  | "dies of a header that is no number"
  | "takes a message of no bytes for the end"
  | "passes on half a message"
  | "tells who left"
  | "tells one other only"
  | "welcomes who joins"
  | "strips messages"
  | "lets go of who speaks to one that is gone"
  | "dies of bytes that are no text"
  | "reads 4096 bytes of a body"
  | "reads whatever is promised"
  | "answers no goodbye"
  | "stays open after the goodbye"

const RECV_BYTES = 4_096
const PROMISED_BYTES = 65_536

/** A chat server of either family that is right but for one flaw. @returns takes a connection */
export function flawedChat(
  flaw: ChatFlaw | undefined,
  headerBytes: HeaderBytes = 10,
): (socket: Socket) => void {
  const names = new Map<Socket, string>()
  const open = new Set<Socket>()
  const gone = new Set<Socket>()
  const waiting: Socket[] = []
  let apart: Promise<unknown> = Promise.resolve()
  let busy: Socket | undefined
  let isDead = false
  let isFrozen = false

  const frame = (text: string) =>
    flaw === "counts characters"
      ? Buffer.from(`${String(text.length).padEnd(headerBytes)}${text}`)
      : encodeFrame(text)

  const tell = (from: Socket, text: string) => {
    const said = flaw === "strips messages" ? text.trim() : text
    const frames = [names.get(from) ?? "", said].map(frame)
    if (flaw === "leaves out the username") frames.shift()
    const others = [...names.keys()].filter((one) => flaw === "echoes to the sender" || one !== from)
    for (const one of flaw === "tells one other only" ? others.slice(0, 1) : others)
      if (flaw === "sends frames in pieces")
        for (const piece of frames) apart = apart.then(() => one.write(piece)).then(() => sleep(5))
      else one.write(Buffer.concat(frames))
    if (flaw === "lets go of who speaks to one that is gone" && gone.size > 0) from.destroy()
  }

  const answer = (socket: Socket, text: string) => {
    const isLast = text === "!DISCONNECT"
    if (!isLast || flaw !== "answers no goodbye") socket.write("Msg received")
    if (isLast && flaw !== "stays open after the goodbye") socket.destroySoon()
  }

  const take = (socket: Socket, body: Uint8Array) => {
    const text = new TextDecoder().decode(
      flaw === "reads 4096 bytes of a body" ? body.subarray(0, RECV_BYTES) : body,
    )
    if (flaw === "dies of bytes that are no text" && text.includes("\ufffd")) return die()
    if (headerBytes === 64) return answer(socket, text)
    if (names.has(socket)) return tell(socket, text)
    names.set(socket, text)
    if (flaw === "welcomes who joins") socket.write(Buffer.concat(["server", `Hi, ${text}!`].map(frame)))
    if (flaw === "waits for a username right after accept") next()
  }

  const next = () => {
    busy = waiting.shift()
    if (busy) serve(busy)
  }

  const die = () => {
    isDead = true
    for (const one of open) one.destroy()
  }

  const freeze = () => {
    isFrozen = true
    for (const one of open) one.pause()
  }

  const serve = (socket: Socket) => {
    if (socket.destroyed) return next()
    if (flaw === "serves one client at a time" || flaw === "waits for a username right after accept")
      busy = socket
    const decoder = new ChatDecoder({ headerBytes, bodyBytesMax: PROMISED_BYTES })
    socket.on("data", (chunk: Buffer) => {
      if (flaw === "takes one recv for one message") return takeOne(socket, chunk)
      decoder.push(chunk)
      for (let body = decoder.next(); body; body = decoder.next())
        if (body.length === 0 && flaw === "takes a message of no bytes for the end") socket.destroySoon()
        else take(socket, body)
      if (decoder.fault === "too_large" && flaw === "reads whatever is promised") freeze()
      else if (decoder.fault === "not_a_length" && flaw === "dies of a header that is no number") die()
      else if (decoder.fault) socket.destroySoon()
    })
    socket.on("end", () => {
      const { rest } = decoder.evidence()
      if (flaw === "passes on half a message" && rest.length > 0) take(socket, rest.subarray(headerBytes))
      if (flaw === "tells who left") tell(socket, "has left")
      socket.destroySoon()
    })
    socket.on("close", () => {
      if (names.delete(socket)) gone.add(socket)
      if (busy === socket) next()
    })
  }

  const takeOne = (socket: Socket, chunk: Uint8Array) => {
    const length = parseLength(chunk.subarray(0, headerBytes))
    if (length === undefined || length > PROMISED_BYTES) return void socket.destroySoon()
    take(socket, chunk.subarray(headerBytes, Math.min(headerBytes + length, RECV_BYTES)))
  }

  return (socket) => {
    open.add(socket)
    socket.on("close", () => open.delete(socket))
    socket.on("error", () => flaw === "dies of a reset" && die())
    if (isDead) socket.destroy()
    else if (isFrozen) socket.pause()
    else if (busy) waiting.push(socket)
    else serve(socket)
  }
}
