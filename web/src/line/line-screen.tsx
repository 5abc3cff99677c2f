import { useHub } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { CheckCard } from "./check-card.tsx"
import { EveryoneCard } from "./everyone-card.tsx"
import { PingCard } from "./ping-card.tsx"
import { SpeedCard } from "./speed-card.tsx"
import { SumCard } from "./sum-card.tsx"
import { useTask } from "./use-task.ts"
import "./line.css"

const EVERYONE_EVERY_MS = 10_000

/** How good is the line between this browser and the hub? */
export default function LineScreen() {
  const { session } = useHub()
  const lines = usePolled(() => session.lines(), EVERYONE_EVERY_MS)
  const [checking, speed] = [useTask(), useTask()]
  return (
    <section className="screen">
      <header className="screen-head">
        <h1>Line</h1>
        <span className="soft small">
          between this browser and <bdi>{location.host}</bdi>
        </span>
      </header>
      <div className="screen-body">
        <div className="line-cards">
          <CheckCard task={checking} busy={speed.running} onReported={lines.refresh} />
          <PingCard />
          <div className="line-column">
            <SumCard />
            <SpeedCard task={speed} busy={checking.running} />
          </div>
          <EveryoneCard lines={lines} />
        </div>
      </div>
    </section>
  )
}
