// Whether the servers let a credential in, asked from here.
import { sideBySide } from '../../src/actions/side-by-side.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { Admission } from '../../src/ports/git.ts'
import { type Data, type Kind, loginOf, withCredential } from './credential.ts'
import { readLive } from './own-secret.ts'
import { type CredentialsView, type Server, serversOf } from './plan-facts.ts'

export interface Asked extends Server, Admission {}

/** `data`: a whole Secret, host keys and authorities among it. Throws as Git.admits. */
export const askServers = (ctx: Pick<ReadContext, 'git'>, kind: Kind, data: Data, servers: readonly Server[]): Promise<Asked[]> =>
  sideBySide(servers, 4, async ({ url, write }) => ({ url, write, ...(await ctx.git.admits(url, loginOf(kind, data), { write })) }))

/** The credential with the host keys and authorities that the Secret has now. */
export async function askAll(ctx: ReadContext, view: CredentialsView, credential: Data, write: boolean): Promise<Asked[]> {
  const { plan } = view
  const { data } = await readLive(ctx, view)
  const servers = serversOf(plan).map((server) => (write ? server : { ...server, write: false }))
  return askServers(ctx, plan.kind, withCredential(plan.kind, data, credential), servers)
}

export const lineOf = ({ url, answer, said }: Asked): string =>
  `${url} ${answer === 'in' ? 'lets it in' : answer === 'read-only' ? `lets it read, and not push: ${said}` : `does not let it in: ${said}`}`
