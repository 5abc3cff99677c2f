import type { LandlineError } from "../../../protocol/errors.ts"
import type { FeedWant } from "../../../protocol/lab/feed-messages.ts"
import type { FeedReport } from "../../../protocol/lab/feed-reports.ts"

/** A feed client's end, made by its connection. None of these waits or throws. */
export interface FeedReceiver {
  /** Takes a message, as a frame. One that does not read misses it, and is sent a later one. */
  receive(frame: Uint8Array): void
  /** Nothing more comes. */
  end(reason: LandlineError): void
}

export interface FeedMember {
  /** Takes what the client measured. @throws LandlineError */
  report(report: FeedReport): void
  leave(): void
}

/** What is behind the feed service: feeds of the hub, or messages made for each client. */
export interface FeedSource {
  /** @param address of the client @throws LandlineError where there is no such feed */
  join(address: string, want: FeedWant, receiver: FeedReceiver): Promise<FeedMember>
}
