import { useState } from "react"
import { type AnnouncedFile, filePath } from "../../../src/protocol/files.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import { bytesText, counted } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { previewOf, typeText } from "./preview.ts"
import { FilePreview } from "./previews.tsx"
import { Sha256 } from "./sha256.tsx"
import "./file-tile.css"

/** A file in its place: what it is, a way to get it, and what can be shown of it. */
export function FileTile({ file, deleted }: { file: AnnouncedFile; deleted: boolean }) {
  const { name, bytes, type, sha256, items = 0 } = file
  const [checking, setChecking] = useState(false)
  if (deleted)
    return (
      <div className="file-tile" data-deleted="true">
        <div className="file-tile-line">
          <Icon name="file" />
          <p className="file-tile-what">
            <s>
              <Untrusted text={name} />
            </s>{" "}
            <span className="note">deleted</span>
          </p>
        </div>
      </div>
    )
  const path = filePath(file)
  const label = printableLine(name)
  return (
    <div className="file-tile">
      <div className="file-tile-line">
        <Icon name={items > 0 ? "folder" : "file"} />
        <div className="file-tile-what">
          <a href={path} download={name} className="file-tile-name">
            <Untrusted text={name} />
          </a>
          <p className="note number">
            {bytesText(bytes)} · {typeText(type, items)}
            {items > 0 && ` of ${counted(items, "file")}`}
          </p>
        </div>
        <button
          type="button"
          className="icon-button"
          aria-label={`SHA-256 of ${label}`}
          aria-expanded={checking}
          onClick={() => setChecking((checking) => !checking)}
        >
          <Icon name="shield" />
        </button>
        <a href={path} download={name} className="icon-button" aria-label={`Download ${label}`}>
          <Icon name="download" />
        </a>
      </div>
      {checking && <Sha256 path={path} sha256={sha256} />}
      {previewOf(type) !== "none" && bytes > 0 && <FilePreview file={file} />}
    </div>
  )
}
