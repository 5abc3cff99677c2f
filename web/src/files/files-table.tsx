import { memo } from "react"
import { type FileInfo, filePath } from "../../../src/protocol/files.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import { to } from "../app/route.ts"
import { ago, bytesText, counted, fullTime } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { typeText } from "./preview.ts"

const DATE = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" })

/** A table; where it is narrow, its rows are cards. */
export function FilesTable({
  files,
  onOpen,
}: {
  files: readonly FileInfo[]
  onOpen: (file: FileInfo) => void
}) {
  const expiring = files.some(({ expires }) => expires !== undefined)
  return (
    <table className="files-table">
      <thead>
        <tr>
          <th>Name</th>
          <th className="number">Size</th>
          <th>Room</th>
          <th>From</th>
          <th>When</th>
          <th className="number">Downloads</th>
          {expiring && <th>Kept</th>}
          <th>
            <span className="visually-hidden">Download</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <FileRow key={file.id} file={file} expiring={expiring} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  )
}

interface FileRowProps {
  readonly file: FileInfo
  /** Some file goes by itself: there is a column that says when. */
  readonly expiring: boolean
  readonly onOpen: (file: FileInfo) => void
}

const FileRow = memo(({ file, expiring, onOpen }: FileRowProps) => {
  const { name, bytes, type, items, sender, time, room, downloads, expires } = file
  return (
    <tr>
      <td className="files-name">
        <button type="button" onClick={() => onOpen(file)}>
          <Icon name={items ? "folder" : "file"} />
          <span title={printableLine(name)}>
            <Untrusted text={name} />
            <span className="note">{typeText(type, items)}</span>
          </span>
        </button>
      </td>
      <td className="number">{bytesText(bytes)}</td>
      <td className="files-in">
        {room !== undefined && (
          <a href={to("rooms", room)}>
            <Untrusted text={room} />
          </a>
        )}
      </td>
      <td className="files-from">
        <Untrusted text={sender} />
      </td>
      <td title={fullTime(time)}>{ago(time)}</td>
      <td className="number files-got" title={`Got ${counted(downloads, "time")}`}>
        {downloads.toLocaleString()}
      </td>
      {expiring && (
        <td title={expires === undefined ? undefined : fullTime(expires)}>
          {expires !== undefined && `until ${DATE.format(expires)}`}
        </td>
      )}
      <td className="files-get">
        <a
          href={filePath(file)}
          download={name}
          className="icon-button"
          aria-label={`Download ${printableLine(name)}`}
        >
          <Icon name="download" />
        </a>
      </td>
    </tr>
  )
})
