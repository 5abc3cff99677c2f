import { useEffect, useState } from "react"
import { hostOf, isLoopback, useAddresses } from "../hub/addresses.ts"
import { useLab } from "../hub/use-lab.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { QrCode } from "../ui/qr-code.tsx"

const OPEN = "landline:share"

/** Shows how others come in, from wherever one is. */
export const openShare = () => dispatchEvent(new Event(OPEN))

export function ShareSheet() {
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const show = () => setOpen(true)
    addEventListener(OPEN, show)
    return () => removeEventListener(OPEN, show)
  }, [])
  return open && <ShareDialog onClose={() => setOpen(false)} />
}

/** How the next person comes in: the address to type or to scan, and the ways in for programs. */
function ShareDialog({ onClose }: { onClose: () => void }) {
  const addresses = useAddresses()
  const { room = "lobby" } = useLab() // a script is a guest, who may be confined to the lab's room
  const [address = location.origin] = addresses
  const host = address.replace(/^https?:\/\//, "")
  return (
    <Dialog title="Let others in" onClose={onClose}>
      <QrCode text={address} />
      <CopyLine text={address} label="Address for a browser" />
      {addresses.slice(1).map((other) => (
        <CopyLine key={other} text={other} label="or" />
      ))}
      <CopyLine text={`npx landline chat --hub ${host}`} label="From a terminal" />
      <CopyLine text={`curl -d 'hello' ${address}/rooms/${encodeURIComponent(room)}`} label="From a script" />
      {isLoopback(hostOf(address)) && (
        <p className="note">
          This hub listens on this machine only. To let a network in, start it with <code>--lan --open</code>.
        </p>
      )}
    </Dialog>
  )
}
