import { once } from "node:events"
import { type FileHandle, open, stat } from "node:fs/promises"
import type { Socket } from "node:net"
import { basename } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { LandlineError } from "../../../protocol/errors.ts"
import { connectTo } from "../connect.ts"
import type { LabLog } from "../log.ts"

const READ_BYTES = 256 * 1024 // as much as goes to the socket at once

export interface SendOptions {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly separator: string
  /** Between header and data: the real receivers read the header in one call, and all that is there with it. */
  readonly pauseMs: number
  /** For the connection, and for a server that has it all and does not close. */
  readonly timeoutMs: number
  /** For a server that takes nothing more: its disk may be slow. */
  readonly stallMs: number
  /** Ends it; the server then sees a reset, so that it does not take what came for the whole. */
  readonly signal: AbortSignal
  onProgress(done: number, bytes: number): void
}

/**
 * Sends a file to a lab server, the coursework's own among them.
 * @throws LandlineError unknown_file | bad_request | no_hub where it was not sent whole; what aborts the signal
 */
export async function sendFile(options: SendOptions, log: LabLog): Promise<void> {
  const { host, port, path, separator, timeoutMs } = options
  const name = basename(path)
  if (name.includes(separator))
    throw new LandlineError(
      "bad_request",
      {},
      `${name} holds ${separator}, so no server could tell where the name ends. Rename it, or choose another --separator.`,
    )
  await using file = await openRegular(path)
  const { size } = await file.stat()
  log.info("__init__", `Connecting to ${host}:${port}`)
  const socket = await connectTo(host, port, timeoutMs)
  log.info("__init__", `Connected to ${host}:${port}`)
  const line = watch(socket, options)
  try {
    await Promise.race([line.lost, send(socket, `${name}${separator}${size}`, file, size, options, log)])
    line.through()
    // Nobody answers on this wire; a server that is content closes its end, one that is not may reset it.
    if (!socket.closed)
      await Promise.race([line.lost, once(socket, "close"), sleep(timeoutMs, null, { ref: false })])
  } catch (error) {
    socket.resetAndDestroy() // no server may take what came for the whole
    throw error
  }
  socket.destroy()
  log.info("send", `Done sending ${path}`)
}

/** Header, pause, data. Resolves when the system has taken all of it. */
async function send(
  socket: Socket,
  header: string,
  file: FileHandle,
  size: number,
  { path, pauseMs, signal, onProgress }: SendOptions,
  log: LabLog,
): Promise<void> {
  socket.write(header)
  await sleep(pauseMs, null, { signal })
  log.info("send", `Sending ${path}`)
  let done = 0
  // A file that grows meanwhile is sent up to the size that was declared.
  const read = { start: 0, end: size - 1, autoClose: false, highWaterMark: READ_BYTES }
  for await (const bytes of size > 0 ? file.createReadStream(read) : []) {
    done += bytes.length
    if (!socket.write(bytes)) await once(socket, "drain", { signal })
    onProgress(done, size)
  }
  if (done < size)
    throw new LandlineError("bad_request", {}, `${path} became shorter while it was sent. Send it again.`)
  await new Promise<void>((resolve) => socket.end(resolve))
}

/** What can happen to the connection while a file is sent. */
function watch(socket: Socket, { path, stallMs, signal }: SendOptions) {
  const { promise: lost, reject } = Promise.withResolvers<never>()
  lost.catch(() => {}) // told by the race that is on
  let sending = true
  const fail = (say: string) => reject(new LandlineError("no_hub", {}, `${path} was not sent: ${say}`))
  socket.on("error", ({ code }: NodeJS.ErrnoException) =>
    fail(`the server broke the connection (${code}). Its log may say why.`),
  )
  socket.on("end", () => {
    if (sending) fail("the server closed the connection before it had all. Its log may say why.")
  })
  socket.setTimeout(stallMs, () => {
    if (sending) fail(`the server took nothing for ${stallMs / 1000} s.`)
  })
  signal.addEventListener("abort", () => reject(signal.reason))
  socket.resume()
  const through = () => {
    sending = false
  }
  return { lost, through }
}

/** @throws LandlineError unknown_file | bad_request */
async function openRegular(path: string): Promise<FileHandle> {
  try {
    // Asked before it is opened: a pipe would be waited for.
    const found = await stat(path)
    if (found.isFile()) return await open(path)
    throw new LandlineError(
      "bad_request",
      {},
      found.isDirectory()
        ? `${path} is a folder, and this wire carries one file. Pack it first, as in: zip -r it.zip ${path}`
        : `${path} is no regular file, so its size cannot be told beforehand. Copy it into one first.`,
    )
  } catch (error) {
    if (error instanceof LandlineError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new LandlineError("unknown_file", {}, `${path} does not exist!`)
    throw new LandlineError("bad_request", {}, `${path} cannot be read (${code}). May you read it?`)
  }
}
