import { posix } from "node:path"
import { parseAst } from "rolldown/parseAst"

/** What one source file names of others. */
export interface Reference {
  readonly kind: "import" | "url"
  /** As written; undefined where it is computed. */
  readonly specifier: string | undefined
  /** From 1. */
  readonly line: number
}

interface AstNode {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

/**
 * Every import, export-from, dynamic import and type import of a TypeScript file, and every file named by
 * `new URL("...", import.meta.url)`, as workers and programs are.
 * @throws SyntaxError of the parser
 */
export function referencesOf(path: string, text: string): Reference[] {
  const found: Reference[] = []
  const add = (kind: Reference["kind"], node: AstNode, source: unknown) => {
    const literal = isNode(source) && source.type === "TSLiteralType" ? source.literal : source
    const value = isNode(literal) && literal.type === "Literal" ? literal.value : undefined
    const line = text.slice(0, node.start).split("\n").length
    found.push({ kind, specifier: typeof value === "string" ? value : undefined, line })
  }
  walk(parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }, path), (node) => {
    if (/^(Import|ExportAll|ExportNamed)Declaration$|^ImportExpression$|^TSImportType$/.test(node.type)) {
      if (node.source) add("import", node, node.source)
    } else if (node.type === "NewExpression" && text.startsWith("new URL(", node.start)) {
      const [source, base] = node.arguments as AstNode[]
      if (base && text.startsWith("import.meta.url", base.start)) add("url", node, source)
    }
  })
  return found
}

/** The path that a relative reference means, from the project's root; undefined for packages and `node:`. */
export function targetOf(path: string, reference: Reference): string | undefined {
  const { specifier, kind } = reference
  if (specifier === undefined || !(kind === "url" || specifier.startsWith("."))) return undefined
  return posix.normalize(posix.join(posix.dirname(path), specifier))
}

function walk(value: unknown, visit: (node: AstNode) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit)
  else if (isNode(value)) {
    visit(value)
    for (const child of Object.values(value)) walk(child, visit)
  }
}

function isNode(value: unknown): value is AstNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
}
