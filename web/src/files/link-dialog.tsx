import { useAddresses } from "../hub/addresses.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { QrCode } from "../ui/qr-code.tsx"

/** A file behind a one-time link: whoever asks first gets it. @param path `/get/CODE` */
export function LinkDialog({ path, onClose }: { path: string; onClose: () => void }) {
  const [address = location.origin] = useAddresses()
  const code = path.split("/").at(-1)!
  return (
    <Dialog title="One-time link" onClose={onClose}>
      <p className="link-code">{code}</p>
      <p className="note">
        Whoever asks first gets the file, once, within a week. Nobody else learns of it, and this is shown
        only here: pass it on before you close this page.
      </p>
      <CopyLine text={address + path} label="Address for a browser" />
      <CopyLine
        text={`npx landline get ${code} --hub ${address.replace(/^https?:\/\//, "")}`}
        label="From a terminal"
      />
      <QrCode text={address + path} />
    </Dialog>
  )
}
