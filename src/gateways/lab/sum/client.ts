import type { Socket } from "node:net"
import { LandlineError } from "../../../protocol/errors.ts"
import { diagnoseSum, type SumSilence } from "../../../protocol/lab/sum-diagnosis.ts"
import { encodeRequest, SumDecoder } from "../../../protocol/lab/sum-formats.ts"
import type { Silence, SumFault, SumFormat, SumMessage } from "../../../protocol/lab/sum-message.ts"
import { limits } from "../../../protocol/limits.ts"
import { connectTo } from "../connect.ts"
import type { LabLog } from "../log.ts"

export interface SumClientOptions {
  readonly host: string
  readonly port: number
  readonly name: string
  readonly number: bigint
  readonly format: SumFormat
  /** For the connection, and for the reply. */
  readonly timeoutMs: number
  /** How long a pause is that shows that the reply is complete. */
  readonly pauseMs: number
  /** Ends it. */
  readonly signal: AbortSignal
}

/** `wrong`: the server's sum is not that of the two numbers. `out_of_range`: no reply was waited for. */
export type SumOutcome = "right" | "wrong" | "out_of_range"

/**
 * One exchange with a lab server, the coursework's own among them.
 * @throws LandlineError no_hub where no reply comes that can be read; what aborts the signal
 */
export async function exchange(options: SumClientOptions, log: LabLog): Promise<SumOutcome> {
  const { host, port, name, number, format, timeoutMs, signal } = options
  const server = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
  const socket = await connectTo(host, port, timeoutMs)
  const leave = () => socket.destroy()
  signal.addEventListener("abort", leave)
  socket.on("error", () => {}) // told by who waits for a reply
  try {
    signal.throwIfAborted()
    log.debug("send_message", `Connected to server at ${server}`)
    const inRange = number >= 1n && number <= 100n
    const reply = inRange ? replyOf(socket, server, options, log) : undefined
    socket.write(encodeRequest(name, number, format))
    if (!reply) log.warning("send_message", "The integer input out of range. Terminating the server")
    const outcome = reply ? tell(await reply, options, log) : "out_of_range"
    await ended(socket)
    return outcome
  } finally {
    socket.destroy()
    signal.removeEventListener("abort", leave)
  }
}

/** The server's message. @throws LandlineError no_hub */
function replyOf(
  socket: Socket,
  server: string,
  options: SumClientOptions,
  log: LabLog,
): Promise<SumMessage> {
  const { timeoutMs, pauseMs, signal } = options
  const decoder = new SumDecoder("reply")
  const { promise, resolve, reject } = Promise.withResolvers<SumMessage>()
  let pause: NodeJS.Timeout | undefined
  const fail = (say: string) => reject(new LandlineError("no_hub", { server }, say))
  const refuse = (fault: SumFault | SumSilence) => {
    log.diagnosis(diagnoseSum(fault, decoder.evidence(), { role: "reply", timeoutMs }), server)
    fail(decoder.idle ? `${server} did not reply.` : `The reply of ${server} cannot be read.`)
  }
  const decode = (silence: Silence) => {
    clearTimeout(pause)
    const message = decoder.next(silence)
    if (message) resolve(message)
    else if (decoder.fault) refuse(decoder.fault)
    else if (silence === "end") refuse("cut_short")
    else if (silence === "none") pause = setTimeout(() => decode("pause"), pauseMs)
  }
  const onData = (chunk: Buffer) => {
    decoder.push(chunk)
    decode("none")
  }
  const onEnd = () => decode("end")
  const late = setTimeout(() => refuse(decoder.idle ? "silent" : "stalled"), timeoutMs)
  socket.on("data", onData).on("end", onEnd)
  socket.on("error", ({ code }: NodeJS.ErrnoException) => fail(`${server} broke the connection (${code}).`))
  signal.addEventListener("abort", () => reject(signal.reason))
  return promise.finally(() => {
    socket.off("data", onData).off("end", onEnd)
    clearTimeout(late)
    clearTimeout(pause)
  })
}

function tell(reply: SumMessage, { name, number }: SumClientOptions, log: LabLog): SumOutcome {
  const sum = number + reply.number
  log.info("send_message", `${name} | ${reply.name}`)
  log.info("send_message", `Client Number: ${number} | Server Number: ${reply.number} | Sum: ${sum}`)
  const { sum: said } = reply
  // 35.0 is right as well.
  if (said === undefined || said === sum || (typeof said === "number" && said === Number(sum))) return "right"
  const shown = JSON.stringify(said, (_, value) => (typeof value === "bigint" ? Number(value) : value))
  log.error(
    "send_message",
    `The server says that the sum is ${shown}, but ${number} + ${reply.number} is ${sum}`,
  )
  return "wrong"
}

/** Ends our half; the server has a moment to close its own. */
async function ended(socket: Socket): Promise<void> {
  if (socket.closed) return
  socket.resume().end()
  const timer = setTimeout(() => socket.destroy(), limits.closeTimeoutMs)
  await new Promise((resolve) => socket.once("close", resolve))
  clearTimeout(timer)
}
