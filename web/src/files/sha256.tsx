import { useEffect, useState } from "react"
import { CopyLine } from "../ui/copy-line.tsx"

type Check = "not yet" | "counting" | "same" | "different" | "failed"

/** The SHA-256 of a file, which the hub has verified; on demand it is fetched and counted here as well. */
export function Sha256({ path, sha256 }: { path: string; sha256: string }) {
  const [check, setCheck] = useState<Check>("not yet")
  useEffect(() => {
    if (check !== "counting") return
    let over = false
    let stop = () => {}
    const count = async () => {
      const { Digest } = await import("./hasher.ts")
      if (over) return
      const digest = new Digest(path)
      stop = () => digest.stop()
      const counted = await digest.sha256
      if (!over) setCheck(counted === sha256 ? "same" : "different")
    }
    count().catch(() => over || setCheck("failed"))
    return () => {
      over = true
      stop()
    }
  }, [check, path, sha256])
  return (
    <div className="sha256">
      <CopyLine text={sha256} label="SHA-256, counted by the hub when the file came" />
      {check === "not yet" || check === "failed" ? (
        <button type="button" className="button small" onClick={() => setCheck("counting")}>
          Fetch and count it here
        </button>
      ) : null}
      <p className="note" role="status">
        {check === "counting" && "Counting …"}
        {check === "same" && <span className="tag good">verified here: the same</span>}
        {check === "different" && <span className="tag bad">different: do not trust this file</span>}
        {check === "failed" && "The hub does not answer. Try again when the line is back."}
      </p>
    </div>
  )
}
