import { type ComponentType, lazy, Suspense, useCallback, useEffect, useState } from "react"
import { HubProvider, useHub } from "../hub/hub.tsx"
import { become, type Identity, identity, leave } from "../hub/identity.ts"
import { RoomNotices } from "../rooms/room-notices.tsx"
import { RoomsListProvider } from "../rooms/rooms-list.tsx"
import { RoomsScreen } from "../rooms/rooms-screen.tsx"
import { Loading } from "../ui/empty.tsx"
import { PartBoundary } from "../ui/part-boundary.tsx"
import { Toasts } from "../ui/toasts.tsx"
import { FirstVisit } from "./first-visit.tsx"
import { HelpSheet } from "./help-sheet.tsx"
import { LineBar } from "./line-bar.tsx"
import { Nav } from "./nav.tsx"
import { go, to, useRoute } from "./route.ts"
import { ShareSheet } from "./share-dialog.tsx"
import "./app.css"

// What is not on the first page comes when it is asked for.
const SCREENS: Readonly<Record<string, ComponentType>> = {
  rooms: RoomsScreen,
  files: lazy(() => import("../files/files-screen.tsx")),
  feeds: lazy(() => import("../feeds/feeds-screen.tsx")),
  line: lazy(() => import("../line/line-screen.tsx")),
  lab: lazy(() => import("../lab/lab-screen.tsx")),
}

// Where the hub goes away just before it comes, nothing can be sent from this page until it is loaded again.
const Transfers = lazy(() => import("../files/transfers.tsx").catch(() => ({ default: () => <></> })))

export function App() {
  const [who, setWho] = useState<Identity | undefined>(identity)
  const [refusal, setRefusal] = useState<string>()
  const enter = useCallback((name: string) => {
    setRefusal(undefined)
    setWho(become(name))
  }, [])
  const refused = useCallback((why: string) => {
    leave()
    setRefusal(why)
    setWho(undefined)
  }, [])
  if (who === undefined) return <FirstVisit refusal={refusal} onEnter={enter} />
  return (
    <HubProvider who={who} key={who.name}>
      <RoomsListProvider>
        <Shell onRefused={refused} />
      </RoomsListProvider>
    </HubProvider>
  )
}

function Shell({ onRefused }: { onRefused: (why: string) => void }) {
  const { screen } = useRoute()
  const { session } = useHub()
  useEffect(
    () =>
      session.on("refused", ({ code, message }) => {
        // A name that cannot be used is chosen anew; everything else is said in the bar.
        if (code === "name_taken" || code === "bad_name") onRefused(message)
      }),
    [session, onRefused],
  )
  // An address may hold any word, and `constructor` is one that every object knows.
  const known = Object.hasOwn(SCREENS, screen) ? SCREENS[screen] : undefined
  useEffect(() => {
    if (known === undefined) go(to("rooms", "lobby"))
  }, [known])
  const Screen = known ?? RoomsScreen
  return (
    <div className="app">
      <button type="button" className="skip" onClick={skip}>
        Skip to the content
      </button>
      <Nav onLeave={goAway} />
      <div className="app-main">
        <LineBar />
        <main id="main" tabIndex={-1}>
          <PartBoundary what="This screen" key={screen}>
            <Suspense fallback={<Loading />}>
              <Screen />
            </Suspense>
          </PartBoundary>
        </main>
        <Suspense fallback={null}>
          <Transfers />
        </Suspense>
      </div>
      <RoomNotices />
      <HelpSheet />
      <ShareSheet />
      <Toasts />
    </div>
  )
}

const skip = () => document.getElementById("main")?.focus()

/** A new page, so that nothing of this person is left in it; what is kept of them is written first. */
function goAway() {
  addEventListener("pagehide", leave, { once: true })
  location.reload()
}
