import type { FeedInfo } from "../../../src/client/main.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { Empty } from "../ui/empty.tsx"
import { linesOf, sampleOf } from "./lines.ts"

/** A feed in which nothing is kept. */
export function EmptyFeed({ info }: { info: FeedInfo }) {
  const wasThere = info.count > 0
  return (
    <Empty title={wasThere ? "No message of this feed is kept any more" : "Nothing was published here yet"}>
      {!info.closed && (
        <>
          <p>What comes is shown at once. A first message, from any computer in this network:</p>
          <CopyLine
            text={linesOf(location.origin, info.feed, info.type, sampleOf(info.type, undefined)).curlPublish}
            label="In a terminal"
          />
        </>
      )}
    </Empty>
  )
}
