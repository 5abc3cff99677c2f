/** What `landline data` does to a data folder, apart from a running hub. */
export { type Salvaged, salvageLog } from "../storage/sqlite/salvage.ts"
export { type Verified, verifyLog } from "../storage/sqlite/verify.ts"
