import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { hostname } from "node:os"
import { test } from "node:test"
import { describeSettings } from "../src/hub/settings.ts"

test("docs/operating.md has every setting, as the table of the code has it", async () => {
  const text = await readFile(new URL("../docs/operating.md", import.meta.url), "utf8")
  const rows = text.split("\n").filter((line) => line.startsWith("| `--"))
  assert.deepEqual(
    rows,
    describeSettings().map(({ flag, env, preset, help }) => {
      const shown = preset === hostname() ? "the machine's name" : preset && `\`${preset}\``
      return `| \`${flag}\` | \`${env}\` | ${shown} | ${help} |`
    }),
  )
})
