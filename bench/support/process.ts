import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readFile, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { nowMs } from "./clock.ts"

const startTimeoutMs = 20_000 // a server that says nothing for so long has failed
const stopTimeoutMs = 5_000 // then it is killed
const runTimeoutMs = 120_000
const askAgainMs = 20
const lastWordsBytesMax = 4_096 // kept of a server's output, for the error message

const own = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of own) child.kill("SIGKILL")
})

/** A peer's server program is not on this machine: that peer is left out, the others run. */
export class NotInstalled extends Error {}

export interface Server extends AsyncDisposable {
  readonly port: number
  readonly pid: number
  /** Resolves when it has ended, by itself or stopped. */
  readonly ended: Promise<unknown>
}

/** Starts a program of our own, with as many file descriptors as the system allows; it dies with us. */
export function start(
  command: string,
  args: readonly string[],
  stdio: "pipe" | "ipc",
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  // A shell raises the soft limit and becomes the program: its process id is the program's.
  const script = 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$0" "$@"'
  const child = spawn("sh", ["-c", script, command, ...args], {
    stdio: stdio === "ipc" ? ["ignore", "inherit", "inherit", "ipc"] : ["ignore", "pipe", "pipe"],
    serialization: "advanced",
    // ngIRCd and nginx live in /usr/sbin, which is in few people's PATH.
    env: { ...process.env, ...env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` },
  })
  own.add(child)
  child.once("exit", () => own.delete(child))
  return child
}

/** Asks a program to end, and kills it when it does not within 5 s. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, "exit")
  child.kill("SIGTERM")
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs)
  await exited
  clearTimeout(timer)
}

/** A program of a few steps that runs. */
export interface Running {
  readonly pid: number
  /** @throws NotInstalled | Error with its last words, when it fails or takes longer than 2 minutes */
  readonly done: Promise<void>
}

/** Runs a program that prints a few words. @returns its stdout @throws NotInstalled | Error as `Running.done` */
export async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const child = start(command, args, "pipe")
  let words = ""
  child.stdout?.on("data", (chunk: Buffer) => {
    words += chunk.toString()
  })
  await ending(child, command)
  return words
}

/** Starts a program that ends by itself. What it prints is only for the error message. */
export function begin(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Running {
  const child = start(command, args, "pipe", env)
  return { pid: child.pid!, done: ending(child, command) }
}

function ending(child: ChildProcess, command: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let words = ""
    const hear = (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-lastWordsBytesMax)
    }
    child.stdout?.on("data", hear)
    child.stderr?.on("data", hear)
    const timer = setTimeout(() => child.kill("SIGKILL"), runTimeoutMs)
    child.once("close", (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve()
      else if (code === 127) reject(new NotInstalled(`${command} is not installed`))
      else reject(new Error(`${command} ended with ${code ?? signal}: ${words}`))
    })
  })
}

/** Runs a program to its end. @throws as `Running.done` */
export const run = (command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<void> =>
  begin(command, args, env).done

/**
 * Starts a server and waits until it says that it listens.
 * @param listening matches its words, with the port as the first group
 * @throws NotInstalled | Error with the server's last words
 */
export async function startServer(
  command: string,
  args: readonly string[],
  listening: RegExp,
): Promise<Server> {
  const child = start(command, args, "pipe")
  const ended = once(child, "exit")
  const port = await new Promise<number>((resolve, reject) => {
    let words = ""
    let found = false
    const fail = (why: string) => reject(new Error(`${command} ${why}: ${words.slice(-lastWordsBytesMax)}`))
    const timer = setTimeout(() => fail("did not start"), startTimeoutMs)
    const hear = (chunk: Buffer) => {
      if (found) return // its output is drained, or the server would stop at a full pipe
      words += chunk.toString("latin1")
      const match = listening.exec(words)
      if (!match) return
      found = true
      clearTimeout(timer)
      resolve(Number(match[1]))
    }
    child.stdout?.on("data", hear)
    child.stderr?.on("data", hear)
    child.once("exit", (code) => {
      clearTimeout(timer)
      if (code === 127) reject(new NotInstalled(`${command} is not installed`))
      else fail(`ended with ${code}`)
    })
  }).catch(async (error: unknown) => {
    await stop(child)
    throw error
  })
  return { port, pid: child.pid!, ended, [Symbol.asyncDispose]: () => stop(child) }
}

/** Starts a server that says nothing, and waits until its port takes a connection. @throws NotInstalled | Error */
export async function startServerAt(port: number, command: string, args: readonly string[]): Promise<Server> {
  const child = start(command, args, "pipe")
  const ended = once(child, "exit")
  child.stdout?.resume()
  child.stderr?.resume()
  const deadlineMs = nowMs() + startTimeoutMs
  while (!(await takesConnection(port))) {
    if (child.exitCode === 127) throw new NotInstalled(`${command} is not installed`)
    if (child.exitCode !== null || nowMs() > deadlineMs) {
      await stop(child)
      throw new Error(`${command} did not start on port ${port}.`)
    }
    await sleep(askAgainMs)
  }
  return { port, pid: child.pid!, ended, [Symbol.asyncDispose]: () => stop(child) }
}

function takesConnection(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
}

/** From here on `residentBytes` tells the highest anew (proc(5), clear_refs). Linux only. */
export const forgetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, "5")

/** Resident memory of a process, in bytes, now and at its highest. Linux only. */
export async function residentBytes(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, "latin1")
  const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024
  return { now: field("VmRSS"), peak: field("VmHWM") }
}

/** Resident memory once it moved by less than 1 % in a second; at most 15 s later. */
export async function settledBytes(pid: number): Promise<number> {
  let last = (await residentBytes(pid)).now
  for (let second = 0; second < 15; second++) {
    await sleep(1_000)
    const { now } = await residentBytes(pid)
    if (Math.abs(now - last) < last / 100) return now
    last = now
  }
  return last
}
