import { type ReactNode, useRef } from "react"

/** A button that lets the person choose files, or a folder. */
export function ChooseButton({
  folder = false,
  multiple = false,
  className = "button",
  onChosen,
  children,
}: {
  folder?: boolean
  multiple?: boolean
  className?: string
  onChosen: (files: readonly File[]) => void
  children: ReactNode
}) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        multiple={multiple}
        webkitdirectory={folder ? "" : undefined}
        onChange={({ currentTarget }) => {
          onChosen([...(currentTarget.files ?? [])])
          currentTarget.value = "" // the same file can be chosen again
        }}
      />
      <button type="button" className={className} onClick={() => input.current?.click()}>
        {children}
      </button>
    </>
  )
}
