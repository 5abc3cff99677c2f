import { useEffect, useState } from "react"
import { Icon } from "../ui/icon.tsx"
import { isTyping } from "../ui/is-typing.ts"
import { toast } from "../ui/toasts.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { holdsFiles, readDropped } from "./dropped.ts"
import { sendChosen, sendFiles } from "./send-files.ts"
import { targetRoom } from "./target-room.ts"

/** Takes files that are dropped or pasted anywhere, unless what they are dropped on has taken them. */
export function DropTarget() {
  const over = useDragged()
  useEffect(() => {
    const drop = (event: DragEvent) => {
      if (event.defaultPrevented || !holdsFiles(event.dataTransfer)) return
      event.preventDefault() // else the browser leaves the app and opens the file
      const target = { room: targetRoom() }
      readDropped(event.dataTransfer).then(
        (chosen) => sendChosen(chosen, target),
        () => toast("What was dropped cannot be read. Choose it by a button instead."),
      )
    }
    const paste = (event: ClipboardEvent) => {
      const { clipboardData: data } = event
      if (event.defaultPrevented || !data || data.files.length === 0) return
      // Office programs add a picture to each text.
      if (isTyping(event) && data.types.includes("text/plain")) return
      event.preventDefault()
      sendFiles([...data.files], targetRoom())
    }
    addEventListener("drop", drop)
    addEventListener("paste", paste)
    return () => {
      removeEventListener("drop", drop)
      removeEventListener("paste", paste)
    }
  }, [])
  if (!over) return null
  return (
    <div className="drop-target">
      <p>
        <Icon name="file" />
        <span>
          Drop to send to <Untrusted text={targetRoom()} />
        </span>
      </p>
    </div>
  )
}

/** Whether files are being dragged over the page. */
function useDragged(): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    let depth = 0 // enter and leave come for each element that is passed
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event.dataTransfer)) return
      depth++
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (holdsFiles(event.dataTransfer) && --depth <= 0) end()
    }
    const hover = (event: DragEvent) => {
      if (holdsFiles(event.dataTransfer)) event.preventDefault()
    }
    const end = () => {
      depth = 0
      setOver(false)
    }
    addEventListener("dragenter", enter)
    addEventListener("dragleave", leave)
    addEventListener("dragover", hover)
    addEventListener("drop", end)
    return () => {
      removeEventListener("dragenter", enter)
      removeEventListener("dragleave", leave)
      removeEventListener("dragover", hover)
      removeEventListener("drop", end)
    }
  }, [])
  return over
}
