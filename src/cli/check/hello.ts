import { connect, isIP, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { fail, type Judged, pass, warn } from "../../client/check/row.ts"
import { time } from "../../client/check/words.ts"
import { printableLine } from "../../protocol/text.ts"
import { type Answer, readAnswer } from "./answer.ts"
import type { Step } from "./row.ts"
import { pathOf, place, type Target } from "./target.ts"

export interface HelloFacts {
  readonly answer: Answer
  /** From the question to the whole answer. */
  readonly ms: number
}

const ANSWER_MS = 5_000 // a hub that is there answers at once; a busy one within a second or two
const BYTES_MAX = 64 * 1024 // what listens may talk for ever
const SLOW_MS = 1_000

/** Is it a hub that listens there? */
export const helloStep: Step<"hello"> = {
  title: "hub",
  doing: "asking what listens there",
  needs: ["connect"],
  run: ({ target, rows, signal }) => askHello(target, rows.connect!.facts!.used!, signal),
  judge({ answer, ms }, { target }): Judged {
    if (answer.is !== "hub") return fail(otherSays(answer, target))
    const { name, version } = answer.hub
    const who = `The hub "${printableLine(name)}" answers (Landline ${printableLine(version)})`
    return ms > SLOW_MS ? warn(`${who}, but only after ${time(ms)}.`) : pass(`${who}.`)
  },
}

/** What listens, where it is no hub that lets us in. */
export function otherSays(answer: Exclude<Answer, { is: "hub" }>, target: Target): string {
  const at = place(target.host, target.port)
  switch (answer.is) {
    case "refusal":
      return `The hub at ${at} does not let this program in: ${printableLine(answer.said)}`
    case "http":
      return pathOf(target) === ""
        ? `A web server listens at ${at}, but it is no Landline hub (it said ${answer.said}).`
        : `A web server listens at ${at}, but at ${pathOf(target)} there is no Landline hub (it said ${answer.said}).`
    case "tls":
      return `What listens at ${at} speaks only encrypted (https).`
    case "text":
      return `Another program than a hub listens at ${at}; it said "${answer.said}".`
    case "bytes":
      return `Another program than a hub listens at ${at}; it answered with bytes that make no sense here.`
    case "closed":
      return target.secure
        ? `What listens at ${at} does not speak encrypted (https), or closes the connection at once.`
        : `What listens at ${at} closes the connection without an answer.`
    case "silence":
      return `Something listens at ${at}, but it says nothing.`
  }
}

/** Asks what listens at one of the hub's addresses. */
export async function askHello(target: Target, address: string, signal: AbortSignal): Promise<HelloFacts> {
  const began = performance.now()
  const socket = target.secure
    ? connectTls({ host: address, port: target.port, ...(!isIP(target.host) && { servername: target.host }) })
    : connect(target.port, address)
  const answer = await ask(socket, target, signal)
  // What knows only TLS mostly closes when it gets something else.
  if (answer.is === "closed" && !target.secure && (await takesTls(address, target.port, signal)))
    return { answer: { is: "tls" }, ms: performance.now() - began }
  return { answer, ms: performance.now() - began }
}

function ask(socket: Socket, { base }: Target, signal: AbortSignal): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  return new Promise((resolve) => {
    const done = (ended: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener("abort", giveUp)
      socket.destroy()
      resolve(readAnswer(Buffer.concat(chunks), ended))
    }
    const giveUp = () => done(false)
    const timer = setTimeout(giveUp, ANSWER_MS)
    signal.addEventListener("abort", giveUp)
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > BYTES_MAX) giveUp()
    })
    socket.once("end", () => done(true))
    socket.once("error", () => done(true))
    socket.write(
      `GET ${new URL("hello", base).pathname} HTTP/1.1\r\nHost: ${base.host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`,
    )
  })
}

function takesTls(address: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    // Whose certificate it is does not matter: nothing is said over it.
    const socket = connectTls({ host: address, port, rejectUnauthorized: false })
    const done = (takes: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(takes)
    }
    const timer = setTimeout(() => done(false), ANSWER_MS)
    signal.addEventListener("abort", () => done(false), { once: true })
    socket.once("secureConnect", () => done(true))
    socket.once("error", () => done(false))
  })
}
