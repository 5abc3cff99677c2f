/** What a terminal shows after it was sent these bytes: as much of one as Landline's line mode uses. */
export function screenOf(output: string, columns = 80): string[] {
  const rows: string[][] = [[]]
  let row = 0
  let column = 0
  const down = () => {
    row++
    rows[row] ??= []
  }
  for (const [token] of output.matchAll(/\x1b\[([\d;?]*)([A-Za-z])|[\s\S]/gu)) {
    const [, digits = "", command] = /^\x1b\[([\d;?]*)([A-Za-z])$/.exec(token) ?? []
    const number = Number.parseInt(digits, 10) || 1
    if (command === "A") row = Math.max(0, row - number)
    else if (command === "B") for (let n = 0; n < number; n++) down()
    else if (command === "G") column = number - 1
    else if (command === "J") {
      rows.length = row + 1
      rows[row]!.length = Math.min(rows[row]!.length, column)
    } else if (command !== undefined && command !== "m") throw new Error(`The screen knows no ${token}`)
    else if (token === "\r") column = 0
    else if (token === "\n") down()
    else if (command === undefined) {
      if (column === columns) {
        down()
        column = 0
      }
      while (rows[row]!.length < column) rows[row]!.push(" ")
      rows[row]![column++] = token
    }
  }
  return rows.map((signs) => signs.join("").trimEnd())
}
