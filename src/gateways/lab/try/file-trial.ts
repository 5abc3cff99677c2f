import { randomUUID } from "node:crypto"
import fs from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { concat } from "../../../protocol/lab/bytes.ts"
import { SEPARATOR } from "../../../protocol/lab/file-transfer.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import type { Attempt } from "./attempt.ts"
import { fail, type LabCase, notApplicable, type TriedServer } from "./case.ts"
import { recognised } from "./elsewhere.ts"
import { differing, end, firstDifference, steps } from "./steps.ts"

export interface FileCaseOptions {
  /** Where the server saves. Left out: only what can be seen on the wire is judged. */
  readonly dir?: string | undefined
  /** Left out: `<SEPARATOR>`. */
  readonly separator?: string | undefined
}

/** What the cases of one server share. */
export interface FileRun extends FileCaseOptions {
  /** Parts of the names that were sent; what is saved under them, even late, is taken away. */
  readonly names: string[]
  /** It has shown that it ends with its first client. */
  servesOne: boolean
  /** It has shown that it tells header and data apart when they come as one: then nothing need wait between them. */
  takesGlued: boolean
}

const LOOK_MS = 20 // between two looks at the folder
const APPEARS_MS = 100 // what must not appear there would have by then
const UNSEEN = "Only --dir FOLDER shows what was saved." // nothing comes back on this wire
const NOTHING = new Uint8Array()

/** A case of a file server; without `onWire` it is judged by what was saved alone. */
export interface FileCase extends Omit<LabCase, "run"> {
  /** What must happen where the folder is not known. */
  readonly onWire?: string
  /** It takes a server that serves more than one client. */
  readonly several?: boolean
  run(trial: FileTrial): Promise<unknown>
}

/** With the folder or without it. */
export function fileCase(one: FileCase, shared: FileRun): LabCase {
  const { run, onWire, several, ...words } = one
  const wireOnly = shared.dir === undefined
  const expects = `${onWire} What was saved is not looked at without --dir.`
  const once = steps(async (server) => {
    if (several && shared.servesOne) end(notApplicable("It serves one client and ends: see next-client."))
    await using trial = new FileTrial(server, shared)
    await run(trial)
    if (wireOnly && onWire === undefined) end(notApplicable(UNSEEN))
  })
  return {
    ...words,
    ...(wireOnly && onWire !== undefined && { expects }),
    async run(server) {
      const outcome = await once(server)
      if (outcome.verdict !== "fail" || !shared.takesGlued) return outcome
      // It has to pass with the pauses that the document's server needs, and nothing else.
      shared.takesGlued = false
      const again = await once(server).catch(() => outcome)
      return again.verdict === "fail" ? outcome : again
    },
  }
}

/** The files that are sent in one case; what the server saved of them is taken away behind it. */
export class FileTrial implements AsyncDisposable {
  readonly server: TriedServer
  readonly shared: FileRun

  constructor(server: TriedServer, shared: FileRun) {
    this.server = server
    this.shared = shared
  }

  /**
   * Connects to send a file, of a name that no other has.
   * @param name what the sender calls it, out of that name; left out: that name
   */
  async file(data: string | Uint8Array, name = (unique: string) => unique): Promise<SentFile> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data
    const unique = `landline-${randomUUID().slice(0, 8)}.txt`
    this.shared.names.push(unique)
    return new SentFile(await this.server.connect(), name(unique), bytes, this)
  }

  /** The whole transfer as the document's receiver needs it. */
  async transfers(data: string | Uint8Array, name?: (unique: string) => string): Promise<SentFile> {
    const file = await this.file(data, name)
    await file.sendPaused()
    await file.isSaved()
    return file
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { dir, names } = this.shared
    if (dir === undefined) return
    const all = await fs.readdir(dir, { encoding: "buffer" }).catch(() => [])
    // Under whatever name: a server may take a path for one, or number it, or take bytes that are no text.
    const ours = all.filter((saved) => names.some((name) => saved.includes(name)))
    for (const saved of ours)
      await fs.rm(Buffer.concat([Buffer.from(join(dir, "/")), saved]), { force: true }).catch(() => {})
  }
}

/** A file on its way to a server. */
export class SentFile {
  readonly attempt: Attempt
  readonly data: Uint8Array
  /** Name and size, as they are sent. */
  readonly header: Uint8Array
  readonly savedAs: string
  readonly #trial: FileTrial

  constructor(attempt: Attempt, path: string, data: Uint8Array, trial: FileTrial) {
    this.attempt = attempt
    this.data = data
    this.#trial = trial
    this.savedAs = `recv-${path.split(/[/\\]/).at(-1)}`
    this.header = new TextEncoder().encode(`${path}${trial.shared.separator ?? SEPARATOR}${data.length}`)
  }

  /** Header and data in one. */
  get all(): Uint8Array {
    return concat([this.header, this.data])
  }

  /** The header, a pause, and the data or its beginning: then the document's own receiver gets it. */
  async sendPaused(bytes = this.data.length): Promise<void> {
    this.attempt.send(this.header)
    if (this.data.length > 0 && !this.#trial.shared.takesGlued) await sleep(labLimits.sendPauseMs)
    this.attempt.send(this.data.subarray(0, bytes))
  }

  /** Ends the connection, and the case where the file is not saved as it is. */
  async isSaved(): Promise<void> {
    const { timeoutMs } = this.#trial.server
    const { dir } = this.#trial.shared
    await this.#isClosed("of the end of the file")
    if (dir === undefined) {
      if (this.attempt.end === "reset") end(fail(this.attempt, "It reset the connection."))
      return
    }
    const late = performance.now() + timeoutMs
    let saved = await this.#saved(dir)
    while (!this.#isSame(saved) && performance.now() < late) {
      await sleep(LOOK_MS)
      saved = await this.#saved(dir)
    }
    if (this.#isSame(saved)) return
    const what = saved ? this.#wrongIn(saved) : `There is no ${this.savedAs} in ${dir}.`
    end(differing(what, this.attempt.sent, saved ?? NOTHING, this.data))
  }

  /** Ends the connection, and the case where the server does not. */
  isBrokenOff(): Promise<void> {
    return this.#isClosed("of the end of the connection")
  }

  /** Ends the case where anything of the file is to be seen under its name. */
  async isNotSeen(): Promise<void> {
    const { dir } = this.#trial.shared
    if (dir === undefined) return
    await sleep(APPEARS_MS)
    const saved = await this.#saved(dir)
    if (!saved) return
    const what = `${this.savedAs} is in ${dir}, with ${saved.length} bytes, though the file never came whole.`
    end(differing(what, this.attempt.sent, saved, NOTHING))
  }

  async #isClosed(after: string): Promise<void> {
    const { timeoutMs } = this.#trial.server
    // Behind a server that has ended first, a FIN would keep its port for a minute (RFC 9293, section 3.6).
    if (this.attempt.end === undefined) this.attempt.finish()
    const isEnded = await this.attempt.untilEnd(timeoutMs)
    this.#isQuiet()
    if (isEnded) return
    end(fail(this.attempt, `It did not close the connection within ${timeoutMs / 1000} s ${after}.`))
  }

  /** Some servers thank; what talks without an end, or in words of another protocol, is no file server. */
  #isQuiet(): void {
    const { got, end: ending } = this.attempt
    if (ending === "too much" || recognised(got) !== undefined)
      end(fail(this.attempt, "The server talks, where nothing comes back on this wire."))
  }

  #isSame = (saved: Uint8Array | undefined) =>
    saved !== undefined && firstDifference(saved, this.data) === undefined

  #wrongIn(saved: Uint8Array): string {
    const { length } = this.data
    const place = firstDifference(saved, this.data)!
    if (saved.length === length)
      return `${this.savedAs} is as long as the file, and differs from byte ${place} on.`
    const many = `${this.savedAs} has ${saved.length} bytes, and the file has ${length}`
    return place === 0 && length > 0 ? `${many}: its beginning is missing.` : `${many}.`
  }

  /** What is saved under its name; one byte more than it has shows that there is more. */
  async #saved(dir: string): Promise<Uint8Array | undefined> {
    const handle = await fs.open(join(dir, this.savedAs)).catch(() => undefined)
    if (!handle) return undefined
    try {
      const room = new Uint8Array(this.data.length + 1)
      let filled = 0
      for (let read = -1; read !== 0; filled += read)
        read = (await handle.read(room, filled, room.length - filled)).bytesRead
      return room.subarray(0, filled)
    } finally {
      await handle.close()
    }
  }
}
