/** `now`, `12 s ago`, `5 min ago`, `3 h ago`, `4 days ago`: how old something is that comes often. */
export function ageText(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 2) return "now"
  if (seconds < 120) return `${seconds} s ago`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h ago`
  return `${Math.round(seconds / 86_400)} days ago`
}
