import { useEffect, useRef, useState } from "react"
import type { LandlineError } from "../../../src/client/main.ts"
import type { FileInfo } from "../../../src/protocol/files.ts"
import { useHub } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { PAGE_FILES, upToDate } from "./file-list.ts"
import { useUploads } from "./uploads.ts"

const EVERY_MS = 10_000

export interface FileList {
  /** Newest first; undefined until the first answer. */
  readonly files: readonly FileInfo[] | undefined
  readonly error: LandlineError | undefined
  /** There are older ones that have not been asked for. */
  readonly hasMore: boolean
  more(): Promise<void>
  refresh(): void
}

/** The hub's files, page by page, and what is new of them every few seconds. @param search part of the name */
export function useFiles(room: string, search: string): FileList {
  const { http } = useHub()
  const [files, setFiles] = useState<readonly FileInfo[]>()
  const [oldest, setOldest] = useState<string>() // once it is known that there is none before it
  const question = new URLSearchParams({
    limit: String(PAGE_FILES),
    ...(room !== "" && { room }),
    ...(search !== "" && { search }),
  }).toString()
  const page = (before = "") => http.json<FileInfo[]>(`/files?${question}${before && `&before=${before}`}`)
  const { value, error, refresh } = usePolled(() => page(), EVERY_MS, question)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another question has other answers
  useEffect(() => setFiles(undefined), [question])
  useEffect(() => {
    if (value === undefined) return
    setFiles((known = []) => upToDate(known, value))
  }, [value])
  const arrived = useUploads().transfers.filter(({ state }) => state === "done").length
  useEffect(() => {
    if (arrived > 0) refresh()
  }, [arrived, refresh])

  const asked = useRef(question)
  asked.current = question
  const more = async () => {
    const older = await page(files?.at(-1)?.id)
    if (asked.current !== question) return
    if (older.length < PAGE_FILES) setOldest((older.at(-1) ?? files?.at(-1))?.id)
    setFiles((known = []) => {
      const ids = new Set(known.map(({ id }) => id))
      return [...known, ...older.filter(({ id }) => !ids.has(id))]
    })
  }
  const hasMore = files !== undefined && files.length >= PAGE_FILES && files.at(-1)?.id !== oldest
  return { files, error, hasMore, more, refresh }
}
