import { useState } from "react"
import { judgeDownload, judgeUpload, type ThroughputFacts } from "../../../src/client/check/throughput.ts"
import { time } from "../../../src/client/check/words.ts"
import { useHub } from "../hub/hub.tsx"
import { bytesText } from "../ui/format.ts"
import { loaded } from "./check.ts"
import { Progress } from "./check-card.tsx"
import { download, upload } from "./speed.ts"
import type { Task } from "./use-task.ts"

/** How fast data moves, and what that does to an answer. @param busy something else measures */
export function SpeedCard({ task, busy }: { task: Task; busy: boolean }) {
  const { http } = useHub()
  const [doing, setDoing] = useState({ say: "", share: 0 })
  const [down, setDown] = useState<ThroughputFacts>()
  const [up, setUp] = useState<ThroughputFacts>()
  const start = () =>
    task.start(async (signal) => {
      setDown(undefined)
      setUp(undefined)
      const options = { http, signal, onDoing: (say: string, share: number) => setDoing({ say, share }) }
      setDown(await loaded("download", options, download))
      setUp(await loaded("upload", options, upload))
    })
  return (
    <section className="card line-card" aria-labelledby="line-speed">
      <header className="line-card-head">
        <h2 id="line-speed">Speed</h2>
        <button type="button" className="button" onClick={task.running ? task.stop : start} disabled={busy}>
          {task.running ? "Stop" : "Measure"}
        </button>
      </header>
      <p className="soft small">
        Random data for 3 seconds each way, while small packets tell how long an answer takes meanwhile. Who
        measures at the same time waits for the others.
      </p>
      {task.running && <Progress {...doing} />}
      {task.problem && (
        <p className="note bad" role="alert">
          {task.problem}
        </p>
      )}
      <div role="status">
        {down && <Way name="Down" facts={down} say={judgeDownload(down).say} />}
        {up && <Way name="Up" facts={up} say={judgeUpload(up).say} />}
      </div>
    </section>
  )
}

function Way({ name, facts, say }: { name: string; facts: ThroughputFacts; say: string }) {
  const { bytesPerSecond, loadedP50Ms } = facts
  return (
    <div className="line-speed-way">
      <p>
        <span className="soft">{name}</span> <strong className="number">{bytesText(bytesPerSecond)}/s</strong>
      </p>
      <p className="small">
        {say} {loadedP50Ms !== undefined && `An answer takes ${time(loadedP50Ms)} meanwhile.`}
      </p>
    </div>
  )
}
