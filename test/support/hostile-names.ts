/**
 * Names of files that somebody sends by mistake or in malice. Whatever door they come through, the file that
 * appears has a name that is no path, no header, no terminal escape and no device.
 */
export const HOSTILE_NAMES: readonly string[] = [
  // Paths
  "../../etc/passwd",
  "..\\..\\windows\\system32\\config",
  "/etc/shadow",
  "//server/share/secret.txt",
  "\\\\server\\share\\secret.txt",
  "C:\\Users\\ada\\report.doc",
  "C:report.doc",
  "file:///etc/passwd",
  "a/../../b.txt",
  "....//....//etc/passwd",
  "..%2f..%2fetc%2fpasswd",
  "%2e%2e%2f",
  "a/b/",
  "~/.ssh/authorized_keys",
  // Nothing, or only dots and blanks
  "",
  " ",
  ".",
  "..",
  "...",
  ". . .",
  "/",
  "\\",
  "\u200b",
  "\u2800",
  // A dot or blank at an end
  ".bashrc",
  ".ssh",
  "..hidden",
  "report.txt.",
  "report.txt ",
  " report.txt",
  // NUL, line ends and other controls
  "report.txt\0.png",
  "\0",
  "line\nbreak.txt",
  "carriage\rreturn.txt",
  "a\r\nSet-Cookie: x=1\r\n\r\n<script>",
  "tab\tname.txt",
  "bell\u0007.txt",
  "\u007f.txt",
  "nel\u0085.txt",
  "line\u2028separator.txt",
  // Terminal escapes
  "\u001b[31mred.txt",
  "\u001b]0;title\u0007.txt",
  "\u001b[2J\u001b[H",
  "\u009b31m.txt",
  // Text that turns around, hides, or looks like another
  "gpj.\u202eexe",
  "report\u202egnp.exe",
  "\u2066isolated\u2069.txt",
  "\u200freversed.txt",
  "zero\u200bwidth.txt",
  "\ufeffbom.txt",
  "soft\u00adhyphen.txt",
  "tag\u{e0041}.txt",
  "\ud800lone.txt",
  "combining\u0301\u0301\u0301.txt",
  "e\u0301.txt",
  "pаypal.txt", // the second letter is Cyrillic
  "smile😀.txt",
  // Devices
  "CON",
  "con.txt",
  "NUL",
  "nul.tar.gz",
  "AUX.c",
  "PRN",
  "COM1",
  "lpt9.log",
  "COM¹",
  "CONIN$",
  "/dev/sda",
  // Signs that some system takes for more
  'quote".txt',
  'a"; filename="b.exe',
  "semi;colon.txt",
  "pipe|name.txt",
  "<img src=x onerror=alert(1)>.png",
  "question?.txt",
  "star*.txt",
  "stream.txt:hidden",
  "-rf",
  "--help",
  "$(reboot).txt",
  "`reboot`.txt",
  "a&b=c#d%.txt",
  "100%.txt",
  "recv-../../x",
  "x<SEPARATOR>5",
  "__proto__",
  "constructor",
  // Long ones
  "a".repeat(4_000),
  `${"a".repeat(4_000)}.txt`,
  `${"ü".repeat(300)}.txt`,
  `${"😀".repeat(100)}.txt`,
  `a.${"x".repeat(500)}`,
  `${"../".repeat(500)}x`,
]

/** What no name that the hub gives may hold: separators, controls, marks that reorder or hide text. */
const UNSAFE = /[/\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}<>:"|?*]/u
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i

/** Why a name that the hub gave is not a safe one; undefined where it is. */
export function unsafe(name: string): string | undefined {
  if (UNSAFE.test(name)) return "it has a sign that is more than a letter"
  if (Buffer.byteLength(name) > 200) return "it is too long"
  if (/^[. ]|[. ]$/.test(name)) return "it begins or ends with a dot or blank"
  if (DEVICE.test(name)) return "it is a device"
  return name === "" ? "it is empty" : undefined
}
