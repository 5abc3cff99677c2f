import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react"
import {
  connect,
  type LandlineError,
  type Session,
  type State,
  type Unsent,
} from "../../../src/client/main.ts"
import { HubHttp } from "./http.ts"
import type { Identity } from "./identity.ts"
import { unsentKept } from "./unsent-kept.ts"

/** Everything the page has of the hub: one session, and the HTTP doors as the same person. */
export interface HubLink {
  readonly who: Identity
  readonly session: Session
  readonly http: HubHttp
}

const Context = createContext<HubLink | undefined>(undefined)

/** Opens the session, and closes it when the person goes. */
export function HubProvider({ who, children }: { who: Identity; children: ReactNode }) {
  const [hub, setHub] = useState<HubLink>()
  useEffect(() => {
    const session = connect(location.origin, {
      ...{ name: who.name, device: who.device, client: "landline-web", line: true },
      outbox: unsentKept(who.name),
    })
    setHub({ who, session, http: new HubHttp(who) })
    return () => void session.close()
  }, [who])
  return hub && <Context value={hub}>{children}</Context>
}

export function useHub(): HubLink {
  const hub = useContext(Context)
  if (hub === undefined) throw new TypeError("useHub is for what stands inside HubProvider.")
  return hub
}

export interface LineState {
  readonly state: State
  /** Why the hub does not want this session. */
  readonly refused: LandlineError | undefined
  /** What is said and not stored yet. */
  readonly unsent: readonly Unsent[]
  /** How often the hub has said welcome. */
  readonly welcomes: number
}

const STATES = new WeakMap<Session, { now: LineState; subscribe(changed: () => void): () => void }>()

/** The state of the line, which the page is always honest about. */
export function useLine(): LineState {
  const { session } = useHub()
  const store = STATES.get(session) ?? lineStore(session)
  return useSyncExternalStore(store.subscribe, () => store.now)
}

function lineStore(session: Session) {
  const listeners = new Set<() => void>()
  const store = {
    now: { state: session.state, refused: undefined, unsent: session.unsent(), welcomes: 0 } as LineState,
    subscribe(changed: () => void) {
      listeners.add(changed)
      return () => void listeners.delete(changed)
    },
  }
  const update = (change: Partial<LineState>) => {
    store.now = { ...store.now, ...change }
    for (const changed of listeners) changed()
  }
  session.on("state", (state) => update({ state }))
  session.on("refused", (refused) => update({ refused }))
  session.on("unsent", (unsent) => update({ unsent }))
  session.on("welcome", () => update({ welcomes: store.now.welcomes + 1 }))
  STATES.set(session, store)
  return store
}
