import { randomUUID } from "node:crypto"
import fs, { type FileHandle } from "node:fs/promises"
import { dirname, extname, join } from "node:path"
import { LandlineError } from "../../../protocol/errors.ts"
import type { FileSink, IncomingFile } from "./sink.ts"

/** File systems without hard links, such as those of USB sticks, say one of these. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]

/**
 * A folder in which files appear as `recv-NAME`, `recv-NAME (2)` and so on: whole, and never in the place of
 * another. Meanwhile their bytes are in hidden files of the same folder, `.recv-ID.part`.
 */
export class FolderSink implements FileSink {
  readonly #folder: string
  readonly #promised = new Set<string>() // names of files on their way in

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Makes the folder where there is none. @throws LandlineError usage where nothing can be written there */
  static async open(folder: string): Promise<FolderSink> {
    try {
      await makeFolder(folder)
      await fs.access(folder, fs.constants.W_OK | fs.constants.X_OK)
      return new FolderSink(folder)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw new LandlineError(
        "usage",
        { folder },
        `Files cannot be saved in ${folder} (${code}). Name another folder.`,
      )
    }
  }

  async begin(plain: string): Promise<IncomingFile> {
    const name = await this.#promise(`recv-${plain}`)
    try {
      return new FolderFile(name, await openPart(this.#folder), this.#folder, {
        publish: (path) => this.#publish(path, name),
        over: () => void this.#promised.delete(name),
      })
    } catch (error) {
      this.#promised.delete(name)
      throw inWords(error, this.#folder)
    }
  }

  /** The first of `name`, `name (2)` ... that neither is there nor was promised to another. */
  async #promise(wanted: string): Promise<string> {
    for (const name of namesLike(wanted)) {
      if (this.#promised.has(name)) continue
      this.#promised.add(name)
      if (!(await this.#exists(name))) return name
      this.#promised.delete(name)
    }
    throw new Error("unreachable: the names never end")
  }

  // A link that leads nowhere is there as well: nothing may be written to where it leads.
  async #exists(name: string): Promise<boolean> {
    return fs.lstat(join(this.#folder, name)).then(
      () => true,
      () => false,
    )
  }

  /** Gives the file its name in one step, or the next one where another program took that meanwhile. */
  async #publish(path: string, wanted: string): Promise<string> {
    for (const name of namesLike(wanted)) {
      try {
        await putInPlace(path, join(this.#folder, name))
        return name
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
      }
    }
    throw new Error("unreachable: the names never end")
  }
}

/** With those above it. `recursive` of Node 26 never returns where one cannot be made, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await fs.mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EEXIST" && (await fs.stat(path)).isDirectory()) return
    if (code !== "ENOENT" || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await fs.mkdir(path)
  }
}

/** A file with a hidden name, open to be written and read. */
interface Part {
  readonly path: string
  readonly handle: FileHandle
}

async function openPart(folder: string): Promise<Part> {
  const path = join(folder, `.recv-${randomUUID()}.part`)
  return { path, handle: await fs.open(path, "wx+") }
}

class FolderFile implements IncomingFile {
  readonly name: string
  readonly #folder: string
  readonly #parts: Part[]
  readonly #sink: { publish(path: string): Promise<string>; over(): void }

  constructor(
    name: string,
    part: Part,
    folder: string,
    sink: { publish(path: string): Promise<string>; over(): void },
  ) {
    this.name = name
    this.#folder = folder
    this.#parts = [part]
    this.#sink = sink
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#parts[0]!.handle.appendFile(bytes)
    } catch (error) {
      throw inWords(error, this.#folder)
    }
  }

  async keep(front: Uint8Array): Promise<string> {
    try {
      const whole = front.length === 0 ? this.#parts[0]! : await this.#copyBehind(front)
      await whole.handle.sync()
      const called = await this.#sink.publish(whole.path)
      await this.discard()
      return called
    } catch (error) {
      throw inWords(error, this.#folder)
    }
  }

  /** Takes the hidden names away; a file that was published has its own. */
  async discard(): Promise<void> {
    this.#sink.over()
    for (const { path, handle } of this.#parts.splice(0)) {
      await handle.close().catch(() => {})
      await fs.rm(path, { force: true }).catch(() => {})
    }
  }

  // Only a file that begins with digits has a front, and no file system puts bytes before others.
  async #copyBehind(front: Uint8Array): Promise<Part> {
    const [written] = this.#parts as [Part]
    const whole = await openPart(this.#folder)
    this.#parts.push(whole)
    await whole.handle.appendFile(front)
    for await (const bytes of written.handle.createReadStream({ start: 0, autoClose: false }))
      await whole.handle.appendFile(bytes)
    return whole
  }
}

/** @throws EEXIST where anything is there */
async function putInPlace(path: string, place: string): Promise<void> {
  try {
    await fs.link(path, place)
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? "")) throw error
    const empty = await fs.open(place, "wx")
    await empty.close()
    await fs.rename(path, place)
  }
}

/** `recv-a.txt`, `recv-a (2).txt`, `recv-a (3).txt` ... */
function* namesLike(name: string): Generator<string> {
  yield name
  const extension = extname(name)
  const stem = name.slice(0, name.length - extension.length)
  for (let n = 2; ; n++) yield `${stem} (${n})${extension}`
}

function inWords(error: unknown, folder: string): unknown {
  if (error instanceof LandlineError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === "ENOSPC" || code === "EDQUOT")
    return new LandlineError(
      "storage_full",
      {},
      `The disk of ${folder} is full. Make space, and send the file again.`,
    )
  if (code === "EFBIG")
    return new LandlineError("too_large", {}, `That file is larger than the disk of ${folder} takes.`)
  return new LandlineError(
    "data_unwritable",
    {},
    `Files cannot be saved in ${folder} (${code}). Mend that, and send the file again.`,
  )
}
