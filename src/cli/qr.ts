import { renderUnicodeCompact } from "uqr"

/** An address as a QR code for a phone, in the characters of a terminal. */
export const qrLines = (address: string): string[] => renderUnicodeCompact(address, { border: 2 }).split("\n")
