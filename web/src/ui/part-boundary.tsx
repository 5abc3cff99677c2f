import { Component, type ReactNode } from "react"
import { Failure } from "./empty.tsx"

/** Keeps a part that cannot be shown from taking what is around it with it: mostly, it did not come from the hub. */
export class PartBoundary extends Component<{ what: string; children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    const { what, children } = this.props
    if (!this.state.isBroken) return children
    return (
      <Failure
        say={`${what} did not come from the hub. When the line is back, load the page again: what waits to be sent is kept.`}
        onRetry={() => location.reload()}
      />
    )
  }
}
