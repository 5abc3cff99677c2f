/** Landline's mark: a line from one end to the other. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="14" fill="var(--accent)" />
      <path
        d="M10 40c10 0 10-16 22-16s12 16 22 16"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="5"
        strokeLinecap="round"
      />
      <circle cx="10" cy="40" r="5" fill="var(--on-accent)" />
      <circle cx="54" cy="40" r="5" fill="var(--amber)" />
    </svg>
  )
}
