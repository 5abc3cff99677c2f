import { limits } from "../limits.ts"
import { headerPrefix, parseLength } from "./chat-frames.ts"
import type { LabPorts } from "./diagnosis.ts"

/** Protocols that turn up on a lab port by mistake and show themselves in their first bytes. */
export type OtherProtocol = "HTTP" | "TLS" | "file transfer" | "sum" | "ping"

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"]
const HTTP = new RegExp(`^(?:${METHODS.join("|")}) \\S`)
const FILE = /<(?:SEPARATOR|SEPERATOR|SEP)>/
const SUM = /^\s*\{\s*"client_(?:name|number)"/
const PING = /^(?:PING\s*)+$/i

/** Which of them a connection's first bytes belong to; undefined for none. */
export function otherProtocol(firstBytes: Uint8Array): OtherProtocol | undefined {
  // RFC 8446 5.1: a handshake record (22) with a legacy version of 3.x comes first.
  if (firstBytes[0] === 0x16 && firstBytes[1] === 0x03) return "TLS"
  const text = new TextDecoder("latin1").decode(firstBytes)
  if (HTTP.test(text)) return "HTTP"
  if (SUM.test(text)) return "sum"
  if (FILE.test(text)) return "file transfer"
  if (PING.test(text)) return "ping"
  return undefined
}

/**
 * Which of the two services that share port 12345 a connection's first bytes are for: chat begins with a length in
 * ten bytes, digits and blanks alone. Undefined while they may still be either.
 */
export function chatOrFile(firstBytes: Uint8Array): "chat" | "file" | undefined {
  const header = firstBytes.subarray(0, 10)
  if (header.length < 10) return headerPrefix(header) < header.length ? "file" : undefined
  const length = parseLength(header)
  // Pictures go by names such as 1714567890.jpg, or 0000000042.png; no chat client has so long a name.
  if (length === undefined || length > limits.entryBytesMax) return "file"
  const padded = header.some((byte) => byte <= 0x20)
  return !padded && otherProtocol(firstBytes) === "file transfer" ? "file" : "chat"
}

/**
 * Which of the two services that share port 8000 a connection's first bytes are for: a WebSocket begins as HTTP, or
 * with TLS by mistake. Undefined while they may still be either.
 */
export function feedOrSum(firstBytes: Uint8Array): "feed" | "sum" | undefined {
  const other = otherProtocol(firstBytes)
  if (other === "HTTP" || other === "TLS") return "feed"
  const text = new TextDecoder("latin1").decode(firstBytes)
  const maybe = text === "\x16" || METHODS.some((method) => `${method} `.startsWith(text))
  return maybe ? undefined : "sum"
}

/** A padded length and a body: no name begins like that. */
export function isChat(bytes: Uint8Array): boolean {
  const header = bytes.subarray(0, 10)
  return (
    header.includes(0x20) &&
    chatOrFile(bytes) === "chat" &&
    bytes.length - header.length >= Math.max(1, parseLength(header)!)
  )
}

/** Where a protocol is served, as far as it is known: for the last words of a diagnosis. */
export function rightPort(protocol: OtherProtocol | "chat", ports: LabPorts): string {
  switch (protocol) {
    case "HTTP":
      return `HTTP belongs to ${ports.hub === undefined ? "a hub's port" : `the hub's port ${ports.hub}`}${ports.feed === undefined ? "" : `, a feed client to port ${ports.feed}`}.`
    case "TLS":
      return `A browser belongs to ${ports.hub === undefined ? "a hub's port" : `the hub's port ${ports.hub}`}, without TLS.`
    case "chat":
      return `A chat client belongs to ${ports.chat === undefined ? "the port of a chat server" : `port ${ports.chat}`}.`
    case "file transfer":
      return `A file client belongs to ${ports.file === undefined ? "the port of a file server" : `port ${ports.file}`}.`
    case "sum":
      return `A sum client belongs to ${ports.sum === undefined ? "the port of a sum server" : `port ${ports.sum}`}.`
    case "ping":
      return `A ping client belongs to ${ports.ping === undefined ? "the port of a ping server" : `port ${ports.ping}`}.`
  }
}
