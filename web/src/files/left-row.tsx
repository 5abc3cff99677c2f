import { printableLine } from "../../../src/protocol/text.ts"
import { bytesText } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { ChooseButton } from "./choose-button.tsx"
import { groupFiles } from "./chosen.ts"
import { type Left, uploads } from "./uploads.ts"

/** An upload of an earlier visit. A browser cannot keep a file over a reload, so that the person chooses it again. */
export function LeftRow({ left }: { left: Left }) {
  const { name, bytes, offset, items } = left
  const what = items > 0 ? "folder" : "file"
  return (
    <li className="transfer" data-state="left">
      <div className="transfer-line">
        <div className="transfer-what">
          <p className="transfer-name">
            <Untrusted text={name} />
          </p>
          <p className="note number">
            {bytesText(offset)} of {bytesText(bytes)} are there. Choose the {what} again to go on.
          </p>
        </div>
        <button
          type="button"
          className="icon-button"
          aria-label={`Cancel ${printableLine(name)}`}
          onClick={() => uploads.dismiss(left)}
        >
          <Icon name="close" />
        </button>
      </div>
      <progress value={offset} max={bytes || 1} aria-label={printableLine(name)} />
      <ChooseButton
        className="button small"
        folder={items > 0}
        onChosen={(files) => void uploads.goOn(left, groupFiles(files))}
      >
        Choose the {what}
      </ChooseButton>
    </li>
  )
}
