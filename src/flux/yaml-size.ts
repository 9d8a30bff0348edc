// How large a document becomes once its aliases are expanded. Tools that expand them are not given one that has no end or no bounds: kubectl
// and kustomize-controller take all memory there is.
import { type Document, isAlias, isCollection, isPair, type Node, parseDocument, visit } from 'yaml'
import type { RepoFile } from './files.ts'
import { partsOf } from './yaml-objects.ts'

/** Nodes; the install manifests of Flux, which are large, have under 60,000. */
const MOST = 500_000

const HAS_ALIAS = /(^|[\s[{,:-])\*[^\s*]/m

/** Nodes after expansion; Infinity for an alias that stands inside what it stands for. */
function expandedSize(document: Document): number {
  // A name may be given twice: an alias stands for the last one before it.
  const anchors = new Map<string, Node>()
  const targets = new Map<unknown, Node | undefined>()
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source))
      else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  const sizes = new Map<unknown, number>()
  const sizeOf = (node: unknown): number => {
    const known = sizes.get(node)
    if (known !== undefined) return known
    sizes.set(node, Number.POSITIVE_INFINITY) // what is met again before it is known is a cycle
    const size = isAlias(node) ? sizeOf(targets.get(node)) : 1 + partsOfNode(node).reduce<number>((sum, part) => sum + sizeOf(part), 0)
    sizes.set(node, size)
    return size
  }
  return sizeOf(document.contents)
}

function partsOfNode(node: unknown): readonly unknown[] {
  if (isPair(node)) return [node.key, node.value].filter((part) => part !== null && part !== undefined)
  return isCollection(node) ? node.items : []
}

function overgrownPart(text: string): string | undefined {
  try {
    const document = parseDocument(text, { logLevel: 'silent', uniqueKeys: false, prettyErrors: false })
    if (document.errors.length > 0) return 'has aliases, and no end of them can be told as it is not valid YAML'
    const size = expandedSize(document)
    if (size === Number.POSITIVE_INFINITY) return 'has an alias that stands inside what it stands for'
    return size > MOST ? `has aliases that expand to over ${MOST} values` : undefined
  } catch (error) {
    if (error instanceof RangeError) return 'is nested too deep'
    throw error
  }
}

/** Why a file must not be given to a tool that expands aliases; undefined when it may be. */
export function overgrown(file: RepoFile): string | undefined {
  if (!HAS_ALIAS.test(file.text)) return undefined
  for (const { text } of partsOf(file)) {
    const why = HAS_ALIAS.test(text) ? overgrownPart(text) : undefined
    if (why !== undefined) return why
  }
  return undefined
}
