// What is found out before the first question: the contexts, the repository that one stands in, usual key files. Reads only, and nothing of it has to be there.
import { type ShownKey, type SshPlace, shownKeys } from '../../actions/host-keys.ts'
import { messageOf, OpsError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import { parseTeamFile, TEAM_FILE } from '../../sops/team-file.ts'
import type { ContextFact, Facts, HostKeyFacts, RepositoryFacts } from './facts.ts'

export type MachineReader = Pick<ReadContext, 'git' | 'files' | 'exec'>

/** undefined where it could not be had. */
async function tried<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof OpsError && error.exit !== 'interrupted') return undefined
    throw error
  }
}

async function readRepository({ git, files }: MachineReader, folder: string): Promise<RepositoryFacts | undefined> {
  const root = await tried(() => git.root(folder))
  if (root === undefined) return undefined
  const [remotes = [], branch, tracked = [], team] = await Promise.all([
    tried(() => git.remotes(root)),
    tried(() => git.branch(root)),
    tried(() => git.tracked(root)),
    tried(async () => parseTeamFile(await files.readText(`${root}/${TEAM_FILE}`)).recipients),
  ])
  return { origin: remotes.find(({ name }) => name === 'origin')?.url, branch, files: tracked, recipients: team ?? [] }
}

export interface Machine {
  readonly folder: string
  /** Paths of age key files that are usual, the likely one first; as a person writes them, and where they are. */
  readonly keyFiles: readonly { readonly said: string; readonly path: string }[]
  contexts(): Promise<readonly ContextFact[]>
}

export async function readMachine(reader: MachineReader, { folder, keyFiles, contexts }: Machine): Promise<Facts> {
  const [known, repository, there] = await Promise.all([
    contexts().catch((error: unknown) => {
      if (error instanceof OpsError) return messageOf(error)
      throw error
    }),
    readRepository(reader, folder),
    Promise.all(keyFiles.map(({ path }) => tried(() => reader.files.exists(path)))),
  ])
  return {
    contexts: typeof known === 'string' ? [] : known,
    noContexts: typeof known === 'string' ? known : undefined,
    repository,
    ageKeyFile: keyFiles.find((_file, index) => there[index] === true)?.said,
  }
}

const asFact = ({ line, fingerprint }: ShownKey) => ({ fingerprint, type: line.split(' ')[1] ?? '' })

export async function readHostKeys(reader: Pick<ReadContext, 'exec'>, place: SshPlace): Promise<HostKeyFacts> {
  const host = place.port === '22' ? place.host : `${place.host}:${place.port}`
  try {
    return { status: 'seen', host, keys: (await shownKeys(reader, place)).map(asFact) }
  } catch (error) {
    if (!(error instanceof OpsError) || error.exit === 'interrupted') throw error
    return { status: 'unknown', host, why: messageOf(error) }
  }
}
