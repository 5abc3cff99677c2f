import { useState } from "react"
import { LandlineError } from "../../../src/client/main.ts"
import { type AnnouncedFile, filePath } from "../../../src/protocol/files.ts"
import { printable, printableLine } from "../../../src/protocol/text.ts"
import { useHub } from "../hub/hub.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { bytesText } from "../ui/format.ts"
import { previewOf } from "./preview.ts"

/** A larger picture is shown only to who asks for it. */
const IMAGE_BYTES_MAX = 10 * 1024 * 1024
const TEXT_BYTES = 20 * 1024

/** A file as far as it can be shown in place. It takes its room before anything is loaded, so that nothing jumps. */
export function FilePreview({ file }: { file: AnnouncedFile }) {
  const label = printableLine(file.name)
  switch (previewOf(file.type)) {
    case "image":
      return <ImagePreview file={file} />
    case "audio":
      return (
        // biome-ignore lint/a11y/useMediaCaption: nobody has made captions for it
        <audio className="file-audio" controls preload="metadata" src={filePath(file)} aria-label={label} />
      )
    case "video":
      return (
        // biome-ignore lint/a11y/useMediaCaption: nobody has made captions for it
        <video className="file-video" controls preload="metadata" src={filePath(file)} aria-label={label} />
      )
    case "text":
      return <TextPreview file={file} />
    default:
      return null
  }
}

function ImagePreview({ file }: { file: AnnouncedFile }) {
  const [wanted, setWanted] = useState(file.bytes <= IMAGE_BYTES_MAX)
  const [broken, setBroken] = useState(false)
  const [large, setLarge] = useState(false)
  const label = printableLine(file.name)
  if (!wanted)
    return (
      <button type="button" className="button file-show" onClick={() => setWanted(true)}>
        Show the picture, {bytesText(file.bytes)}
      </button>
    )
  if (broken)
    return <p className="note file-show">The picture cannot be shown here. Download it to see it.</p>
  return (
    <>
      <button
        type="button"
        className="file-image"
        onClick={() => setLarge(true)}
        aria-label={`Show ${label} large`}
      >
        <img
          src={filePath(file)}
          alt={label}
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
        />
      </button>
      {large && (
        <Dialog title={label} onClose={() => setLarge(false)}>
          <img className="file-large" src={filePath(file)} alt={label} />
        </Dialog>
      )}
    </>
  )
}

function TextPreview({ file }: { file: AnnouncedFile }) {
  const { http } = useHub()
  const [text, setText] = useState<string>()
  const [failed, setFailed] = useState<string>()
  const show = async () => {
    setFailed(undefined)
    try {
      const range = { Range: `bytes=0-${TEXT_BYTES - 1}` }
      const response = await http.fetch(filePath(file), { headers: range })
      // Where the end falls into a sign, that sign is left out.
      setText(new TextDecoder().decode(await response.arrayBuffer(), { stream: true }))
    } catch (error) {
      setFailed(error instanceof LandlineError ? error.message : String(error))
    }
  }
  if (text === undefined)
    return (
      <>
        <button
          type="button"
          className="button small file-show"
          aria-label={`Show the text of ${printableLine(file.name)}`}
          onClick={show}
        >
          Show the text
        </button>
        {failed && <p className="note bad">{failed}</p>}
      </>
    )
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <pre className="file-text" tabIndex={0}>
        {printable(text)}
      </pre>
      {file.bytes > TEXT_BYTES && (
        <p className="note">The first {bytesText(TEXT_BYTES)}. Download it to read all of it.</p>
      )}
    </>
  )
}
