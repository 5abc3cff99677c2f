import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { type LabChatOptions, type LabLine, serveLabChat } from "../../src/hub/lab-chat.ts"
import { type LabFeedOptions, serveLabFeed } from "../../src/hub/lab-feed.ts"
import { type LabFileOptions, serveLabFile } from "../../src/hub/lab-file.ts"
import { type LabHelloOptions, serveLabHello } from "../../src/hub/lab-hello.ts"
import {
  type LabPingOptions,
  type LabPingUdpOptions,
  serveLabPing,
  serveLabPingUdp,
} from "../../src/hub/lab-ping.ts"
import type { LabService } from "../../src/hub/lab-service.ts"
import { type LabSumOptions, type LabSumService, serveLabSum } from "../../src/hub/lab-sum.ts"

const WAIT_MS = 10_000

/** A promise, or an error that says what did not come. */
async function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what()} within ${WAIT_MS} ms`)), WAIT_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Lines of a lab service, and a way to wait for one. */
export class LabLines {
  readonly all: LabLine[] = []
  #onLine = new Set<() => void>()
  #seen = 0

  readonly write = (line: LabLine): void => {
    this.all.push(line)
    for (const look of [...this.#onLine]) look()
  }

  /** The first line that matches after the last one waited for. */
  next(pattern: RegExp): Promise<LabLine> {
    const found = new Promise<LabLine>((resolve) => {
      const look = () => {
        const at = this.all.findIndex((line, index) => index >= this.#seen && pattern.test(line.message))
        if (at === -1) return
        this.#seen = at + 1
        this.#onLine.delete(look)
        resolve(this.all[at]!)
      }
      this.#onLine.add(look)
      look()
    })
    return within(
      found,
      () => `no line ${pattern} among:\n${this.all.map((line) => line.message).join("\n")}\n`,
    )
  }

  /** Messages of all `[diagnosis]` lines. */
  get diagnoses(): string[] {
    return this.all.filter((line) => line.diagnosis).map((line) => line.message)
  }
}

export interface TestService extends LabService, AsyncDisposable {
  readonly lines: LabLines
}

/** The chat service on a free port of loopback. */
export async function startLabChat(options: Partial<LabChatOptions> = {}): Promise<TestService> {
  const lines = new LabLines()
  const service = await serveLabChat({ host: "127.0.0.1", port: 0, write: lines.write, ...options })
  return { ...service, lines, [Symbol.asyncDispose]: service.close }
}

/** The file service on a free port of loopback. */
export async function startLabFile(
  folder: string,
  options: Partial<LabFileOptions> = {},
): Promise<TestService> {
  const lines = new LabLines()
  const service = await serveLabFile({ host: "127.0.0.1", port: 0, folder, write: lines.write, ...options })
  return { ...service, lines, [Symbol.asyncDispose]: service.close }
}

/** The feed service on a free port of loopback, ten messages a second. */
export async function startLabFeed(options: Partial<LabFeedOptions> = {}): Promise<TestService> {
  const lines = new LabLines()
  const service = await serveLabFeed({
    host: "127.0.0.1",
    port: 0,
    intervalMs: 100,
    write: lines.write,
    ...options,
  })
  return { ...service, lines, [Symbol.asyncDispose]: service.close }
}

/** The sum service on a free port of loopback, with a short pause. */
export async function startLabSum(
  options: Partial<LabSumOptions> = {},
): Promise<TestService & Pick<LabSumService, "stopped">> {
  const lines = new LabLines()
  const { settings } = options
  const service = await serveLabSum({
    host: "127.0.0.1",
    port: 0,
    write: lines.write,
    ...options,
    settings: { pauseMs: 60, ...settings },
  })
  return { ...service, lines, [Symbol.asyncDispose]: service.close }
}

/** The ping service over TCP on a free port of loopback, with short pauses. */
export async function startLabPing(settings: LabPingOptions["settings"] = {}): Promise<TestService> {
  const lines = new LabLines()
  const service = await serveLabPing({
    host: "127.0.0.1",
    port: 0,
    write: lines.write,
    settings: { pauseMs: 40, wordPauseMs: 200, ...settings },
  })
  return { ...service, lines, [Symbol.asyncDispose]: service.close }
}

/** The ping service over UDP on a free port of loopback. */
export async function startLabPingUdp(
  settings: LabPingUdpOptions["settings"] = {},
  host = "127.0.0.1",
): Promise<TestService> {
  const lines = new LabLines()
  const service = await serveLabPingUdp({ host, port: 0, write: lines.write, settings })
  return { ...service, lines, [Symbol.asyncDispose]: service.close }
}

/** The hello service on a free port of loopback, with a short pause. */
export async function startLabHello(settings: LabHelloOptions["settings"] = {}): Promise<TestService> {
  const lines = new LabLines()
  const service = await serveLabHello({
    host: "127.0.0.1",
    port: 0,
    write: lines.write,
    settings: { pauseMs: 40, ...settings },
  })
  return { ...service, lines, [Symbol.asyncDispose]: service.close }
}

export interface RawSocket extends Disposable {
  write(bytes: string | Uint8Array): Promise<void>
  /** The next bytes, exactly so many, as text. */
  read(bytes: number): Promise<string>
  /** Ends our half; resolves with all that still came when the other end closed too. */
  end(): Promise<string>
  /** What came and was not read yet, when the other end has closed. */
  closed(): Promise<string>
  reset(): void
  /** Reads nothing more, so that the other end's buffers fill. */
  pause(): void
  resume(): void
}

/** A bare socket: the test decides about every byte and every pause. */
export async function rawSocket(port: number, host = "127.0.0.1"): Promise<RawSocket> {
  const socket = connect({ port, host, noDelay: true })
  let buffer = Buffer.alloc(0)
  let ended = false
  const waiting = new Set<() => void>()
  const look = () => {
    for (const check of [...waiting]) check()
  }
  socket.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    look()
  })
  const over = () => {
    ended = true
    look()
  }
  socket.on("end", over).on("close", over).on("error", over)
  const until = (what: string, done: () => boolean) =>
    within(
      new Promise<void>((resolve) => {
        const check = () => {
          if (!done()) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
      () => `${what} did not come; there is ${JSON.stringify(buffer.toString())}`,
    )
  await within(once(socket, "connect"), () => "no connection")
  const closed = async () => {
    await until("the end", () => ended)
    return buffer.toString()
  }
  return {
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    async read(bytes) {
      await until(`${bytes} bytes`, () => buffer.length >= bytes)
      const text = buffer.subarray(0, bytes).toString()
      buffer = buffer.subarray(bytes)
      return text
    },
    end() {
      socket.end()
      return closed()
    },
    closed,
    reset: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** A bare listener on a free port of loopback. */
export async function startWith(onConnection: (socket: Socket) => void) {
  const server = createServer({ allowHalfOpen: true }, onConnection)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    port: typeof address === "object" && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
