import { LandlineError } from "../../protocol/errors.ts"
import { fileName } from "../../protocol/file-names.ts"
import type { FileInfo } from "../../protocol/files.ts"
import { limits } from "../../protocol/limits.ts"
import type { HubOptions } from "../hub-options.ts"
import { HubHttp } from "./hub-http.ts"

const ID = /^[A-Za-z0-9]{16}$/
const CODE = /^[A-Za-z0-9]{4}[- ]?[A-Za-z0-9]{4}$/
const ADDRESS = /^https?:\/\//i
const PATH = /^(files\/[^/]+(\/[^/]*)?|get\/[^/]+)$/

/** A file at a hub. */
export interface Place {
  readonly hub: HubHttp
  /** Without a slash in front. */
  readonly path: string
}

/**
 * Where an id, a code or an address leads; undefined where the text can only be a name.
 * @throws LandlineError usage
 */
export function placeOf(wanted: string, options: HubOptions): Place | undefined {
  if (ADDRESS.test(wanted)) return addressed(wanted, options)
  if (ID.test(wanted)) return { hub: new HubHttp(options), path: `files/${wanted}` }
  if (CODE.test(wanted)) return { hub: new HubHttp(options), path: `get/${encodeURIComponent(wanted)}` }
  return undefined
}

/** Another hub than the one that was named does not learn the device's secret. */
function addressed(wanted: string, options: HubOptions): Place {
  const own = new HubHttp(options)
  const url = URL.parse(wanted)
  const end = /(files|get)\/.*$/.exec(url?.pathname ?? "")
  if (!url || !end || !PATH.test(end[0]))
    throw new LandlineError(
      "usage",
      { wanted },
      `"${wanted}" is not the address of a file: those end in /files/ID or /get/CODE.`,
    )
  const base = new URL(url.pathname.slice(0, end.index), url)
  const hub = base.href === own.base.href ? own : new HubHttp({ ...options, hub: base.href }, {})
  return { hub, path: end[0] }
}

/** The newest file of a name; of a folder, also without its `.zip`. @throws LandlineError unknown_file */
export async function newestOf(wanted: string, options: HubOptions): Promise<Place> {
  const hub = new HubHttp(options)
  const name = fileName(wanted)
  const matches = (file: FileInfo) => file.name === name || (file.items && file.name === `${name}.zip`)
  for await (const file of filesOf(hub, { search: name })) {
    if (matches(file)) return { hub, path: `files/${file.id}` }
  }
  const say = `There is no file "${wanted}". \`landline files\` lists what there is.`
  throw new LandlineError("unknown_file", { wanted }, say)
}

/** Files of a hub, newest first, page by page. */
export async function* filesOf(
  hub: HubHttp,
  query: { readonly room?: string; readonly search?: string },
): AsyncGenerator<FileInfo> {
  const limit = limits.filesListedMax
  for (let before = ""; ; ) {
    const words = new URLSearchParams({ ...query, limit: String(limit), ...(before && { before }) })
    const files = await hub.json<FileInfo[]>("GET", `files?${words}`)
    yield* files
    if (files.length < limit) return
    before = files.at(-1)!.id
  }
}
