import { writeFileSync } from "node:fs"
import type { Socket } from "node:net"
import { join } from "node:path"
import { FileDecoder, SEPARATOR } from "../../src/protocol/lab/file-transfer.ts"

/** What a file server may do wrong. */
export type FileFlaw =
  | "takes one recv for the header"
  | "loses what came with the header"
  | "takes all digits for the size"
  | "keeps the path"
  | "knows the separators of its own system alone"
  | "decodes as Latin-1"
  | "saves text"
  | "saves one recv"
  | "saves no file of no bytes"
  | "saves what never came whole"
  | "saves what was reset"
  | "serves one client at a time"
  | "dies of half a header"
  | "dies of a size that is no number"
  | "dies of a reset"
  | "closes no connection"
  | "loses a large file that comes without a pause"
  | "answers"
  | "dies of a name that is no text"

const RECV_BYTES = 4_096
const PAUSE_MS = 150

/** A file server that is right but for one flaw, and saves in a folder. @returns takes a connection */
export function flawedFile(flaw: FileFlaw | undefined, folder: string): (socket: Socket) => void {
  const open = new Set<Socket>()
  const waiting: Socket[] = []
  let busy: Socket | undefined
  let isDead = false

  const die = () => {
    isDead = true
    for (const one of open) one.destroy()
  }

  const next = () => {
    busy = waiting.shift()
    if (busy) serve(busy)
  }

  const save = (path: string, data: Uint8Array) => {
    if (flaw === "saves no file of no bytes" && data.length === 0) return
    const base = path.split(flaw === "knows the separators of its own system alone" ? "/" : /[/\\]/).at(-1)
    const name =
      flaw === "keeps the path"
        ? path.replaceAll("/", "_")
        : flaw === "decodes as Latin-1"
          ? asLatin1(base!)
          : base
    const bytes =
      flaw === "saves text"
        ? new TextEncoder().encode(new TextDecoder().decode(data))
        : flaw === "saves one recv"
          ? data.subarray(0, RECV_BYTES)
          : data
    writeFileSync(join(folder, `recv-${name}`), bytes)
  }

  /** What came up to its end, in reads of their own. */
  const end = (reads: readonly Buffer[]) => {
    if (flaw === "takes one recv for the header" || flaw === "loses what came with the header") {
      const [path = "", size = ""] = reads[0]?.toString().split(SEPARATOR) ?? []
      if (/^\d+$/.test(size)) return save(path, Buffer.concat(reads.slice(1)))
      if (flaw === "loses what came with the header" && /^\d/.test(size))
        save(path, Buffer.concat(reads.slice(1)))
      return
    }
    const all = Buffer.concat(reads)
    const [, path, size = ""] = new RegExp(`^(.*)${SEPARATOR}(\\d+)`, "s").exec(all.toString("latin1")) ?? []
    if (path === undefined) return all.includes(SEPARATOR) ? onNoSize() : onNoHeader(all)
    const data = all.subarray(path.length + SEPARATOR.length + size.length)
    const name = Buffer.from(path, "latin1").toString()
    if (flaw === "dies of a name that is no text" && name.includes("\ufffd")) return die()
    if (flaw === "takes all digits for the size" && data.length !== Number(size)) return
    if (flaw === "saves what never came whole") return save(name, data)
    const decoder = new FileDecoder()
    const body = Buffer.from(decoder.push(all))
    const whole = decoder.end()
    if (whole) save(name, Buffer.concat([whole.front, body]))
  }

  const onNoSize = () => {
    if (flaw === "dies of a size that is no number") die()
  }

  const onNoHeader = (all: Buffer) => {
    if (flaw === "dies of half a header" && all.length > 0) die()
  }

  const serve = (socket: Socket) => {
    if (socket.destroyed) return next()
    if (flaw === "serves one client at a time") busy = socket
    const reads: Buffer[] = []
    let [firstMs, secondMs] = [0, 0]
    socket.on("data", (chunk: Buffer) => {
      if (reads.push(chunk) === 1) firstMs = performance.now()
      else secondMs ||= performance.now()
    })
    socket.on("end", () => {
      const isLarge = reads.reduce((bytes, { length }) => bytes + length, 0) > RECV_BYTES
      const isLost = flaw === "loses a large file that comes without a pause" && secondMs - firstMs < PAUSE_MS
      if (!isLarge || !isLost) end(reads)
      if (flaw === "answers") socket.write("Done")
      if (flaw !== "closes no connection") socket.destroySoon()
    })
    socket.on("error", () => {
      if (flaw === "dies of a reset") die()
      if (flaw === "saves what was reset") saveReset(reads)
    })
    socket.on("close", () => {
      if (busy === socket) next()
    })
  }

  const saveReset = (reads: readonly Buffer[]) => {
    const [path = ""] = reads[0]?.toString().split(SEPARATOR) ?? []
    save(path, Buffer.concat(reads.slice(1)))
  }

  return (socket) => {
    open.add(socket)
    socket.on("close", () => open.delete(socket))
    socket.on("error", () => {})
    if (isDead) socket.destroy()
    else if (busy) waiting.push(socket)
    else serve(socket)
  }
}

const asLatin1 = (text: string) => Buffer.from(text).toString("latin1")
