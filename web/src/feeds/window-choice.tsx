/** How much of the past a chart shows, in ms; undefined: all that is kept. */
export const WINDOWS = {
  "1 min": 60_000,
  "10 min": 600_000,
  "1 h": 3_600_000,
  "All kept": undefined,
} as const

export type WindowName = keyof typeof WINDOWS

export function WindowChoice({
  chosen,
  onChoose,
}: {
  chosen: WindowName
  onChoose: (name: WindowName) => void
}) {
  return (
    <fieldset className="feeds-windows push">
      <legend className="visually-hidden">Time shown</legend>
      {(Object.keys(WINDOWS) as WindowName[]).map((name) => (
        <label key={name} className="feeds-window">
          <input type="radio" name="feeds-window" checked={name === chosen} onChange={() => onChoose(name)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  )
}
