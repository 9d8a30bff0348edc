// `.flux-ops.yaml` at the root of a repository: what a team says about it. So far the names of its recipients. Sections that we do not know are
// told and passed over, as a newer flux-ops may know them.
import { isMap, isScalar, isSeq, type Node } from 'yaml'
import * as z from 'zod'
import { isRecipient } from './rules/age-recipient.ts'
import { ConfigSource, scalarText } from './rules/config-source.ts'
import type { RuleNote } from './rules/model.ts'

export const TEAM_FILE = '.flux-ops.yaml'

const name = z
  .string({ error: 'has to be a text' })
  .regex(/^[\p{L}\p{N}](?:[\p{L}\p{N} ._@-]{0,62}[\p{L}\p{N}])?$/u, { error: 'has to be 1 to 64 letters, digits, spaces and . _ @ -' })

// What is wrong is not repeated: somebody may have put a private key there.
const recipient = z.string({ error: 'has to be a text' }).refine(isRecipient, {
  error: ({ input }) =>
    /^AGE-|PRIVATE KEY/.test(String(input)) ? 'is a private key: it has to leave the repository' : 'is no recipient of age',
})

const entry = z.strictObject(
  { name, recipient, description: z.string({ error: 'has to be a text' }).max(500, { error: 'is over 500 letters long' }).optional() },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has no ${issue.keys?.join(', ')}: name, recipient, description`
        : 'has to be a mapping with name and recipient',
  },
)

/** `recipients`: who holds the key of each. A name and a recipient stand there once. */
export const teamFileSchema = z.looseObject(
  {
    recipients: z
      .array(entry, { error: 'has to be a list of name and recipient' })
      .max(1000, { error: 'has over 1000 entries' })
      .optional(),
  },
  { error: 'has to be a mapping' },
)

export type NamedRecipient = z.infer<typeof entry>

export interface TeamFile {
  readonly recipients: readonly NamedRecipient[]
  /** Sections that nobody here reads. */
  readonly notes: readonly RuleNote[]
}

const MALFORMED = {
  code: 'team-file-malformed',
  hints: ['recipients is a list:  - name: oncall', '                         recipient: age1…'],
}

/** Every scalar as its text; `null` for an empty one. */
function plain(source: ConfigSource, node: unknown): unknown {
  const found = source.follow(node)
  if (isSeq(found)) return found.items.map((item) => plain(source, item))
  if (isMap(found)) return Object.fromEntries(found.items.map((pair) => [String(plain(source, pair.key)), plain(source, pair.value)]))
  return isScalar(found) && !(found.type === 'PLAIN' && scalarText(found) === '') ? scalarText(found) : undefined
}

/** The node that an issue is about, or the nearest one around it that is written. */
function nodeAt(source: ConfigSource, path: readonly PropertyKey[]): Node | undefined {
  let node = source.follow(source.root)
  for (const step of path) {
    const next = isSeq(node)
      ? node.items[Number(step)]
      : isMap(node)
        ? node.items.find((pair) => plain(source, pair.key) === step)?.value
        : undefined
    const followed = source.follow(next)
    if (followed === undefined) return node
    node = followed
  }
  return node
}

function assertOnce(source: ConfigSource, recipients: readonly NamedRecipient[]): void {
  for (const field of ['name', 'recipient'] as const) {
    const seen = new Map<string, number>()
    for (const [index, each] of recipients.entries()) {
      const before = seen.get(each[field])
      const lineOf = (at: number): number => source.lineOf(nodeAt(source, ['recipients', at]))
      if (before !== undefined) source.fail(nodeAt(source, ['recipients', index]), `this ${field} stands in line ${lineOf(before)} already`)
      seen.set(each[field], index)
    }
  }
}

/** Throws OpsError `team-file-malformed` with file:line. */
export function parseTeamFile(text: string, path: string = TEAM_FILE): TeamFile {
  const source = new ConfigSource(path, text, MALFORMED)
  const parsed = teamFileSchema.safeParse(plain(source, source.root) ?? {})
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.at(-1)
    return source.fail(
      nodeAt(source, issue?.path ?? []),
      `${typeof where === 'string' ? where : where === undefined ? 'the file' : 'an entry'} ${issue?.message}`,
    )
  }
  const root = source.follow(source.root)
  for (const pair of isMap(root) ? root.items : []) {
    const key = plain(source, pair.key)
    if (key !== 'recipients') source.note(pair.key, `${key} is nothing that this flux-ops reads`)
  }
  const recipients = parsed.data.recipients ?? []
  assertOnce(source, recipients)
  return { recipients, notes: source.notes }
}
