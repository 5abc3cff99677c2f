import { useState } from "react"
import { LandlineError } from "../../../src/client/main.ts"
import { type FileInfo, filePath } from "../../../src/protocol/files.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import { useAddresses } from "../hub/addresses.ts"
import { useHub } from "../hub/hub.tsx"
import { CopyLine } from "../ui/copy-line.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { counted, fullTime } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { toast } from "../ui/toasts.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { FileTile } from "./file-tile.tsx"

/** All about a file: what it shows, where it is got, and for whoever sent it, how it is deleted. */
export function FileDialog({
  file,
  onDeleted,
  onClose,
}: {
  file: FileInfo
  onDeleted: () => void
  onClose: () => void
}) {
  const { session } = useHub()
  const [address = location.origin] = useAddresses()
  const { id, sender, time, room, downloads, expires } = file
  return (
    <Dialog title="File" onClose={onClose}>
      <FileTile file={file} deleted={false} />
      <p className="note file-dialog-facts">
        From <Untrusted text={sender} />
        {room !== undefined && (
          <>
            {" "}
            in <Untrusted text={room} />
          </>
        )}
        , {fullTime(time)}. Got {counted(downloads, "time")}.
        {expires !== undefined && ` Kept until ${fullTime(expires)}.`}
      </p>
      <CopyLine text={address + filePath(file)} label="Address" />
      <CopyLine
        text={`npx landline get ${id} --hub ${address.replace(/^https?:\/\//, "")}`}
        label="From a terminal"
      />
      {sender === session.author && <Delete file={file} onDeleted={onDeleted} onClose={onClose} />}
    </Dialog>
  )
}

function Delete({
  file,
  onDeleted,
  onClose,
}: {
  file: FileInfo
  onDeleted: () => void
  onClose: () => void
}) {
  const { http } = useHub()
  const [asked, setAsked] = useState(false)
  const remove = async () => {
    try {
      await http.fetch(`/files/${file.id}`, { method: "DELETE" })
      toast(`${printableLine(file.name)} is deleted.`)
      onDeleted()
      onClose()
    } catch (error) {
      toast(error instanceof LandlineError ? error.message : String(error))
    }
  }
  if (!asked)
    return (
      <button type="button" className="button danger file-dialog-delete" onClick={() => setAsked(true)}>
        <Icon name="trash" />
        Delete
      </button>
    )
  return (
    <div className="file-dialog-delete" role="alert">
      <p>Delete it for everybody? It cannot be taken back.</p>
      <button type="button" className="button danger" onClick={remove}>
        Delete for everybody
      </button>
      <button type="button" className="button" onClick={() => setAsked(false)}>
        Keep it
      </button>
    </div>
  )
}
