/** Icons of 24 by 24, drawn with lines of the text's colour. */
const PATHS = {
  rooms: "M4 5h16v11H9l-5 4z",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  feed: "M3 12h4l3-8 4 16 3-8h4",
  line: "M4 18a11 11 0 0 1 16 0M7.5 14.5a6 6 0 0 1 9 0M12 19h.01",
  lab: "M9 3h6M10 3v6l-6 11h16L14 9V3M7.5 14h9",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8M12 17h.01",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.5 3-5.5 6.5-5.5s6.5 2 6.5 5.5M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.8c2 .7 3.5 2.4 3.5 5.2",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "M4 12.5l5 5L20 6.5",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16.2 16.2L21 21",
  plus: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  down: "M6 9l6 6 6-6",
  up: "M6 15l6-6 6 6",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1",
  send: "M4 12L20 4l-5 16-4-6z",
  clip: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.5 8.5a2 2 0 0 1-3-3L14 7",
  pause: "M8 5v14M16 5v14",
  play: "M7 4l13 8-13 8z",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  bell: "M6 16V11a6 6 0 1 1 12 0v5l2 2H4zM10 21h4",
  folder: "M3 6h7l2 2h9v11H3z",
  shield: "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM8.5 12l2.5 2.5 4.5-5",
  alert: "M12 4l9 16H3zM12 10v4M12 17h.01",
  external: "M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9",
  more: "M5 12h.01M12 12h.01M19 12h.01",
} as const

export type IconName = keyof typeof PATHS

/** Decoration beside words; where it stands alone, its button has a label. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
