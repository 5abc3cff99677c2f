/** Protocols that turn up on a lab port by mistake and show themselves in their first bytes. */
export type OtherProtocol = "HTTP" | "TLS" | "file transfer"

const HTTP = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) \S/
const FILE = /<(?:SEPARATOR|SEPERATOR|SEP)>/

/** Which of them a connection's first bytes belong to; undefined for none. */
export function otherProtocol(firstBytes: Uint8Array): OtherProtocol | undefined {
  // RFC 8446 5.1: a handshake record (22) with a legacy version of 3.x comes first.
  if (firstBytes[0] === 0x16 && firstBytes[1] === 0x03) return "TLS"
  const text = new TextDecoder("latin1").decode(firstBytes)
  if (HTTP.test(text)) return "HTTP"
  if (FILE.test(text)) return "file transfer"
  return undefined
}
