import { useEffect, useRef, useState } from "react"
import type { FileInfo } from "../../../src/protocol/files.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import { go, to, useRoute } from "../app/route.ts"
import { useHub, useLine } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { Empty, Failure, Loading } from "../ui/empty.tsx"
import { ago } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { isTyping } from "../ui/is-typing.ts"
import { toast } from "../ui/toasts.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { ChooseButton } from "./choose-button.tsx"
import { groupFiles } from "./chosen.ts"
import { FileDialog } from "./file-dialog.tsx"
import { FilesTable } from "./files-table.tsx"
import { sendChosen, sendFiles } from "./send-files.ts"
import { targetRoom } from "./target-room.ts"
import { useFiles } from "./use-files.ts"
import "./files.css"

const SEARCH_AFTER_MS = 250

/** All files of the hub, newest first. */
export default function FilesScreen() {
  const { query } = useRoute()
  const room = query.get("room") ?? ""
  const [typed, setTyped] = useState("")
  const search = useSettled(typed.trim())
  const list = useFiles(room, search)
  const [opened, setOpened] = useState<FileInfo>()
  return (
    <section className="screen">
      <header className="screen-head files-head">
        <h1>Files</h1>
        <SearchField value={typed} onChange={setTyped} />
        <RoomFilter room={room} />
        <div className="files-send">
          <ChooseButton
            className="button primary"
            multiple
            onChosen={(files) => sendFiles(files, targetRoom())}
          >
            <Icon name="plus" />
            <span>
              Send to <Untrusted text={targetRoom()} />
            </span>
          </ChooseButton>
          <ChooseButton folder onChosen={(files) => sendFiles(files, targetRoom())}>
            <Icon name="folder" />
            Folder
          </ChooseButton>
          <ChooseButton onChosen={(files) => sendChosen(groupFiles(files), { link: true })}>
            <Icon name="link" />
            <span>
              <span className="files-wide">One-time </span>link
            </span>
          </ChooseButton>
        </div>
      </header>
      <div className="screen-body files-body">
        <Listed list={list} isFiltered={room !== "" || search !== ""} onOpen={setOpened} />
      </div>
      {opened && (
        <FileDialog
          file={list.files?.find(({ id }) => id === opened.id) ?? opened}
          onDeleted={list.refresh}
          onClose={() => setOpened(undefined)}
        />
      )}
    </section>
  )
}

function Listed({
  list: { files, error, hasMore, more, refresh },
  isFiltered,
  onOpen,
}: {
  list: ReturnType<typeof useFiles>
  isFiltered: boolean
  onOpen: (file: FileInfo) => void
}) {
  const { state } = useLine()
  const [asking, setAsking] = useState(false)
  const asOf = useAsOf(state === "live" && error === undefined, files)
  if (files === undefined)
    return error ? <Failure say={error.message} onRetry={refresh} /> : <Loading say="Loading the files" />
  const ask = async () => {
    setAsking(true)
    await more().catch((error: Error) => toast(error.message))
    setAsking(false)
  }
  return (
    <>
      {asOf !== undefined && (
        <p className="note files-as-of">As of {ago(asOf)}: the hub does not answer now.</p>
      )}
      {files.length === 0 && (isFiltered ? <NothingFound /> : <NothingYet />)}
      {files.length > 0 && <FilesTable files={files} onOpen={onOpen} />}
      {hasMore && (
        <button type="button" className="button files-more" onClick={ask} disabled={asking}>
          {asking ? "Loading …" : "Show older files"}
        </button>
      )}
    </>
  )
}

const NothingYet = () => (
  <Empty title="No files yet">
    <p>
      Drop files or a folder anywhere on this page, paste a picture, or choose some above. Everybody in the
      room gets them, byte for byte.
    </p>
    <p>
      From a terminal: <code>npx landline send report.txt</code>
    </p>
  </Empty>
)

const NothingFound = () => (
  <Empty title="No such file">
    <p>Look in all rooms, or for another part of the name.</p>
  </Empty>
)

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener("keydown", key)
    return () => removeEventListener("keydown", key)
  }, [])
  return (
    <input
      ref={field}
      type="search"
      className="files-search"
      aria-label="Part of a file's name"
      placeholder="Search"
      maxLength={200}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

const ROOMS_EVERY_MS = 30_000

function RoomFilter({ room }: { room: string }) {
  const { session } = useHub()
  const { value: rooms = [] } = usePolled(() => session.rooms(), ROOMS_EVERY_MS)
  const names = rooms.map(({ room }) => room)
  return (
    <select
      className="files-room"
      aria-label="Room"
      value={room}
      onChange={({ target }) => go(to("files", "", target.value === "" ? {} : { room: target.value }))}
    >
      <option value="">All rooms</option>
      {[...new Set([...names, ...(room === "" ? [] : [room])])].map((name) => (
        <option key={name} value={name}>
          {printableLine(name)}
        </option>
      ))}
    </select>
  )
}

/** A value once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SEARCH_AFTER_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** While it is not so that what is shown is current: since when. */
function useAsOf(current: boolean, files: unknown): number | undefined {
  const [asOf, setAsOf] = useState<number>()
  const fresh = useRef(Date.now())
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer is a new list
  useEffect(() => {
    if (current) fresh.current = Date.now()
    setAsOf(current ? undefined : fresh.current)
  }, [current, files])
  return asOf
}
