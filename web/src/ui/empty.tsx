import type { ReactNode } from "react"

/** A list with nothing in it says what to do first. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <div className="empty-more">{children}</div>}
    </div>
  )
}

/** Shown only where it takes long: a flash of it would look broken. */
export function Loading({ say = "Loading" }: { say?: string }) {
  return (
    <p className="loading" role="status">
      {say} …
    </p>
  )
}

/** What went wrong, and a way on. */
export function Failure({ say, onRetry }: { say: string; onRetry?: () => void }) {
  return (
    <div className="failure" role="alert">
      <p>{say}</p>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}
