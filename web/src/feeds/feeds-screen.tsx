import { useRoute } from "../app/route.ts"
import { FeedList } from "./feed-list.tsx"
import { FeedPage } from "./feed-page.tsx"
import "./feeds.css"
import "./feed-list.css"
import "./feed-side.css"

/** `#/feeds` lists them, `#/feeds/NAME` is one, `?at=TIME` its past. */
export default function FeedsScreen() {
  const { path } = useRoute()
  return path === "" ? <FeedList /> : <FeedPage feed={path} key={path} />
}
