// A repository of a forge: its addresses are made of section `forge`, in the spelling of `flux bootstrap`.
import type { Access } from '../../actions/git-credentials.ts'
import { isForgeStyle } from '../../cluster-file/rules/git-rules.ts'
import type { ClusterFile } from '../../cluster-file/schema.ts'
import type { ForgeKind } from '../../ports/forge.ts'

const PUBLIC: Readonly<Record<ForgeKind, string>> = { github: 'github.com', gitlab: 'gitlab.com', gitea: 'gitea.com' }

export interface ForgePlace {
  readonly kind: ForgeKind
  /** Of its pages: `https://HOST` */
  readonly url: string
  readonly path: string
}

/** undefined for a style that is none of a forge. */
export function forgePlaceOf({ flux, forge }: Pick<ClusterFile, 'flux' | 'forge'>): ForgePlace | undefined {
  if (!isForgeStyle(flux.style) || forge === undefined) return undefined
  const kind = flux.style as ForgeKind
  return { kind, url: `https://${forge.hostname ?? PUBLIC[kind]}`, path: `${forge.owner}/${forge.repository}` }
}

/** Where we read and push: always with the token, as flux bootstrap does. */
export const httpsAddress = ({ url, path }: ForgePlace): string => `${url}/${path}.git`

/** With the address that Flux reads from in `git.url`; a file of another style is left as it is. */
export function withAddress(file: ClusterFile): ClusterFile {
  const place = forgePlaceOf(file)
  if (place === undefined) return file
  const ssh = `ssh://git@${file.forge?.sshHostname ?? new URL(place.url).host}/${place.path}`
  return { ...file, git: { ...file.git, url: file.git.auth?.token === undefined ? ssh : httpsAddress(place) } }
}

/** The token of the forge: that of the API, or the one that Flux reads with as well. */
export function tokenAccess({ git, forge }: Pick<ClusterFile, 'git' | 'forge'>, { url }: ForgePlace): Access & { how: 'token' } {
  const { env = null, file = null } = git.auth?.token ?? forge?.token ?? {}
  const caFile = git.auth?.token?.caFile ?? forge?.caFile ?? null
  return { how: 'token', origin: new URL(url).origin, username: 'git', bearer: false, env, file, caFile }
}
