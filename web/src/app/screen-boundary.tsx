import { Component, type ReactNode } from "react"
import { Failure } from "../ui/empty.tsx"

/** Keeps a screen that cannot be shown from taking the whole page with it: mostly, its part of the app did not come. */
export class ScreenBoundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    if (!this.state.isBroken) return this.props.children
    return (
      <Failure
        say="This screen did not come from the hub. When the line is back, load the page again: what waits to be sent is kept."
        onRetry={() => location.reload()}
      />
    )
  }
}
