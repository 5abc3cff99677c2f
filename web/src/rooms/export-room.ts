import { formatCursor, START } from "../../../src/protocol/cursor.ts"
import type { HubHttp } from "../hub/http.ts"
import { download } from "../ui/download.ts"

/** For people to read, or one JSON object a line for programs. */
export type ExportForm = "text" | "jsonl"

const FORMS = {
  text: { accept: "text/plain", ending: "txt" },
  jsonl: { accept: "application/x-ndjson", ending: "jsonl" },
} as const

/** Pieces are handed to the browser, which may put them on disk, whenever so much has come. */
const PIECE_BYTES = 4_000_000

/**
 * Downloads everything that is kept of a room, as it is now.
 * @param progress told how many bytes have come
 * @throws LandlineError what the hub says, or no_hub; AbortError
 */
export async function exportRoom(
  http: HubHttp,
  room: string,
  form: ExportForm,
  progress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { accept, ending } = FORMS[form]
  const path = `/rooms/${encodeURIComponent(room)}?after=${formatCursor(START)}`
  const response = await http.fetch(path, { headers: { Accept: accept }, signal })
  const pieces: Blob[] = []
  let chunks: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  let waiting = 0
  const reader = response.body!.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value)
    bytes += read.value.length
    waiting += read.value.length
    progress(bytes)
    if (waiting < PIECE_BYTES) continue
    pieces.push(new Blob(chunks))
    chunks = []
    waiting = 0
  }
  download(new Blob([...pieces, ...chunks], { type: accept }), `${room}.${ending}`)
}
