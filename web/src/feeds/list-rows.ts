import type { FeedInfo } from "../../../src/client/main.ts"

export type Row =
  | { readonly kind: "group"; readonly name: string; readonly feeds: number }
  | { readonly kind: "feed"; readonly info: FeedInfo }

const groupOf = ({ feed }: FeedInfo): string => (feed.includes("/") ? feed.slice(0, feed.indexOf("/")) : "")

/** Feeds with all the words in name, title or unit. */
export function filtered(feeds: readonly FeedInfo[], words: string): FeedInfo[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return feeds.filter(({ feed, title, unit }) => {
    const said = `${feed} ${title} ${unit}`.toLowerCase()
    return wanted.every((word) => said.includes(word))
  })
}

/** Feeds by name; those that share their first segment, where there are several, stand under it. */
export function rowsOf(feeds: readonly FeedInfo[]): Row[] {
  const groups = new Map<string, FeedInfo[]>()
  for (const info of feeds) {
    const inside = groups.get(groupOf(info))
    if (inside === undefined) groups.set(groupOf(info), [info])
    else inside.push(info)
  }
  const single = [...groups].flatMap(([group, inside]) => (group === "" || inside.length === 1 ? inside : []))
  const alone = single.sort((one, other) => (one.feed < other.feed ? -1 : 1))
  const grouped = [...groups].filter(([group, inside]) => group !== "" && inside.length > 1)
  return [
    ...alone.map((info): Row => ({ kind: "feed", info })),
    ...grouped
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([name, inside]): Row[] => [
        { kind: "group", name, feeds: inside.length },
        ...inside.map((info): Row => ({ kind: "feed", info })),
      ]),
  ]
}

/** How many messages a feed had, and when. */
export interface Counted {
  readonly count: number
  readonly at: number
}

/** `12/s`, `4/min`, `2/h`: messages between two looks; undefined where there was no earlier one, or none came. */
export function rateText(before: Counted | undefined, now: Counted): string | undefined {
  if (before === undefined || now.at <= before.at || now.count <= before.count) return undefined
  const perSecond = ((now.count - before.count) * 1_000) / (now.at - before.at)
  const [amount, unit] =
    perSecond >= 0.95
      ? [perSecond, "s"]
      : perSecond * 60 >= 0.95
        ? [perSecond * 60, "min"]
        : [perSecond * 3_600, "h"]
  return `${amount < 9.95 && unit === "s" ? Number(amount.toFixed(1)) : Math.round(amount).toLocaleString()}/${unit}`
}
