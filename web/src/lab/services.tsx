import type { LabServiceOffer } from "../hub/use-lab.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { Icon } from "../ui/icon.tsx"

/** Which services run where, each with a line that tries it. @param open whether the lines are shown at once */
export function Services({ services, open }: { services: readonly LabServiceOffer[]; open: boolean }) {
  return (
    <ul className="lab-services" aria-label="Services">
      {services.map(({ service, port, about, starter }) => (
        <li key={service}>
          <details open={open || undefined}>
            <summary>
              <strong>{service}</strong> <span className="number">port {port}</span>
              <Icon name="down" />
              <span className="soft small">{about}</span>
            </summary>
            <CopyLine label={`A first program for ${service}`} text={starter} />
          </details>
        </li>
      ))}
    </ul>
  )
}
