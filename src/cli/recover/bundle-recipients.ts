// To whom a bundle is sealed: recipients as they were typed, or the names that the team's file gives them.
import { resolve } from 'node:path'
import { OpsError, usageError } from '../../errors.ts'
import { type Recipient, readRecipients } from '../../sops/keys/recipients.ts'
import { parseTeamFile, TEAM_FILE } from '../../sops/team-file.ts'
import type { KeysWorld } from '../keys/open-world.ts'

/** A private key given by mistake is none of these, and is told as what it is by who reads recipients. */
const isName = (given: string): boolean => !/^(?:age1|ssh-|ecdsa-|sk-|AGE-|-----)/.test(given.trim())

async function teamRecipients({ ctx }: Pick<KeysWorld, 'ctx'>, repo: string): Promise<ReadonlyMap<string, string>> {
  try {
    const path = `${await ctx.git.root(resolve(repo))}/${TEAM_FILE}`
    const { recipients } = parseTeamFile(await ctx.files.readText(path), path)
    return new Map(recipients.map(({ name, recipient }) => [name, recipient]))
  } catch (error) {
    if (error instanceof OpsError && ['git-no-repository', 'file-missing'].includes(error.code)) return new Map()
    throw error
  }
}

/** Throws OpsError (usage) `recipient-unknown`, and those of `readRecipients`. */
export async function bundleRecipients(world: Pick<KeysWorld, 'ctx'>, given: readonly string[], repo: string): Promise<Recipient[]> {
  const known = given.some(isName) ? await teamRecipients(world, repo) : new Map<string, string>()
  const texts = given.map((one, at) => {
    if (!isName(one)) return one
    const found = known.get(one.trim())
    if (found !== undefined) return found
    throw usageError(
      'recipient-unknown',
      `recipient ${at + 1} is no recipient of age, and no name that ${TEAM_FILE} of the repository has`,
      '--recipient age1… or --recipient "ssh-ed25519 AAAA…"',
      known.size === 0 ? `name the repository whose ${TEAM_FILE} names it: --repo DIR` : `it has: ${[...known.keys()].join(', ')}`,
    )
  })
  return await readRecipients(texts)
}
