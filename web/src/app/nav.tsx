import { useHub } from "../hub/hub.tsx"
import { useLab } from "../hub/use-lab.ts"
import { useRoomsList } from "../rooms/rooms-list.tsx"
import { Icon, type IconName } from "../ui/icon.tsx"
import { Mark } from "../ui/mark.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { openHelp } from "./help-sheet.tsx"
import { to, useRoute } from "./route.ts"
import { openShare } from "./share-dialog.tsx"

const PLACES: readonly { screen: string; say: string; icon: IconName; path?: string }[] = [
  { screen: "rooms", say: "Rooms", icon: "rooms", path: "lobby" },
  { screen: "files", say: "Files", icon: "file" },
  { screen: "feeds", say: "Feeds", icon: "feed" },
  { screen: "line", say: "Line", icon: "line" },
  { screen: "lab", say: "Lab", icon: "lab" },
]

/** Where one can go: a rail on a desk, a bar on a phone. */
export function Nav({ onLeave }: { onLeave: () => void }) {
  const { screen } = useRoute()
  const { who } = useHub()
  const lab = useLab()
  const { unread } = useRoomsList()
  return (
    <nav className="nav" aria-label="Places">
      <span className="nav-mark">
        <Mark />
      </span>
      <ul>
        {PLACES.filter((place) => place.screen !== "lab" || lab.services.length > 0).map((place) => (
          <li key={place.screen}>
            <a
              href={to(place.screen, place.path)}
              aria-current={screen === place.screen ? "page" : undefined}
              className="nav-place"
            >
              <Icon name={place.icon} />
              <span>{place.say}</span>
              {place.screen === "rooms" && unread > 0 && screen !== "rooms" && (
                <span className="badge nav-badge">
                  {unread > 99 ? "99+" : unread}
                  <span className="visually-hidden"> new messages</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
      <div className="nav-foot">
        <button type="button" className="nav-place" onClick={openShare}>
          <Icon name="qr" />
          <span>Invite</span>
        </button>
        <button type="button" className="nav-place nav-help" onClick={openHelp}>
          <Icon name="help" />
          <span>Keys</span>
        </button>
        <button
          type="button"
          className="nav-place nav-who"
          onClick={onLeave}
          title={`Not ${who.name}? Choose another name`}
          aria-label={`Not ${who.name}? Choose another name`}
        >
          <Icon name="person" />
          <span>
            <span className="nav-wide">Not </span>
            <Untrusted text={who.name} />
            <span className="nav-wide">?</span>
          </span>
        </button>
      </div>
    </nav>
  )
}
