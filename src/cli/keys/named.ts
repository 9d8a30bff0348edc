// Whose recipient is it: what the team's file says, put behind each recipient that is drawn.
import { resolve } from 'node:path'
import { messageOf, OpsError } from '../../errors.ts'
import { shortRecipient } from '../../sops/keys/bundle.ts'
import { parseTeamFile, TEAM_FILE } from '../../sops/team-file.ts'
import type { KeysWorld } from './open-world.ts'

/** A line with `age1…` made into one with `age1… "oncall"`. */
export type Named = (line: string) => string

/** Without a file, or with one that cannot be read (which is told), lines stay as they are. */
export async function namesFor(world: KeysWorld, repo: string): Promise<Named> {
  try {
    const path = `${await world.ctx.git.root(resolve(repo))}/${TEAM_FILE}`
    if (!(await world.ctx.files.exists(path))) return (line) => line
    const { recipients } = parseTeamFile(await world.ctx.files.readText(path), path)
    return (line) => recipients.reduce((text, { name, recipient }) => named(text, recipient, name), line)
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    // Without a repository there is nobody to name.
    if (error.code !== 'git-no-repository') world.say('⚠', messageOf(error))
    return (line) => line
  }
}

const named = (line: string, recipient: string, name: string): string => {
  const short = shortRecipient(recipient)
  return line.replaceAll(recipient, `${recipient} "${name}"`).replaceAll(short === recipient ? '\0' : short, `${short} "${name}"`)
}
