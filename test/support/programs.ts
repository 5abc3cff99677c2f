import { programPath, type SystemProgram } from "../../scripts/system.ts"

/**
 * What a test says as its `skip`: false when the program is there, else the reason.
 * @throws under CI, where nothing is skipped: `npm test` installs what is missing, so its lack is a fault.
 */
export function needs(program: SystemProgram): false | string {
  if (programPath(program)) return false
  const reason = `${program} is not installed`
  if (process.env.CI) throw new Error(`${reason}, and under CI no test is skipped.`)
  return reason
}
