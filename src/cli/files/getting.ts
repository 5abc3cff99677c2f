import { existsSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { LandlineError } from "../../protocol/errors.ts"
import type { HubOptions } from "../hub-options.ts"
import { Download, type Given } from "./download.ts"
import { newestOf, type Place, placeOf } from "./find.ts"
import { kindOf, localFile } from "./local-file.ts"
import { inTheWay, PartFile, place } from "./part-file.ts"
import type { Progress } from "./progress.ts"
import { toldBy } from "./sending.ts"
import { stdoutSink } from "./stdout-sink.ts"
import { unpack } from "./unpack.ts"

export interface GetOptions extends HubOptions {
  /** A path, a folder that is there, or `-`. */
  readonly output?: string
  readonly force?: true
}

/** A file that was got, and where it lies; to stdout it has no path. */
export interface Got extends Given {
  readonly path?: string
}

/**
 * Gets a file by id, code, address or name.
 * @throws LandlineError local_file where it cannot be written here; what the hub refuses with
 */
export async function getFile(wanted: string, options: GetOptions, progress: Progress): Promise<Got> {
  if (options.output === "") throw new LandlineError("usage", {}, "The path after -o is empty.")
  const direct = placeOf(wanted, options)
  if (!direct) return getFrom(await newestOf(wanted, options), options, progress)
  try {
    return await getFrom(direct, options, progress)
  } catch (error) {
    if (!(error instanceof LandlineError) || error.code !== "unknown_file" || wanted.includes("/"))
      throw error
    // A file may be named like an id or a code.
    const named = await newestOf(wanted, options).catch(() => undefined)
    if (!named) throw error
    return getFrom(named, options, progress)
  }
}

async function getFrom({ hub, path }: Place, options: GetOptions, progress: Progress): Promise<Got> {
  const { output, force = false } = options
  const tell = ({ name, bytes }: Given) => toldBy(progress, name, bytes)
  if (output === "-") return new Download(hub, path, stdoutSink, tell).run()

  if (output !== undefined && /[/\\]$/.test(output) && !isFolder(output))
    throw localFile(output, `There is no folder ${output}. Make it first.`)
  const into = output === undefined ? "." : isFolder(output) ? output : undefined
  const unpacks = ({ items }: Given) => items > 0 && (into !== undefined || !/\.zip$/i.test(output!))
  const targetOf = (file: Given) => {
    const name = unpacks(file) ? file.name.replace(/(?<=.)\.zip$/i, "") : file.name
    const target = into === undefined ? output! : join(into, name)
    const there = statSync(target, { throwIfNoEntry: false })
    if (there && !there.isFile() && !there.isDirectory())
      throw localFile(target, `${target} is ${kindOf(there)}: use -o - for a stream.`)
    if (!force && existsSync(target)) throw inTheWay(target)
    if (isFolder(target) && !unpacks(file))
      throw localFile(target, `${target} is a folder. Choose another name with -o.`)
    return target
  }

  const part = new PartFile(into ?? dirname(output!), targetOf)
  let file: Given
  try {
    file = await new Download(hub, path, part, tell).run()
  } catch (error) {
    if (error instanceof LandlineError && error.code === "checksum_mismatch") part.remove()
    throw error
  } finally {
    await part.close()
  }
  const target = targetOf(file)
  if (unpacks(file)) await unpackOrKeep(part, file, target, force)
  else await place(part.path, target, force)
  return { ...file, path: target }
}

/** A folder that cannot be unpacked is here all the same, as the zip that it came as. */
async function unpackOrKeep(part: PartFile, file: Given, target: string, force: boolean): Promise<void> {
  try {
    await unpack(part.path, file.bytes, target, force)
  } catch (error) {
    const zip = `${target}.zip`
    await place(part.path, zip, false)
    throw localFile(target, `${(error as Error).message} Its zip is kept as ${zip}.`)
  }
  part.remove()
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
