// From the address of a git remote to the forge behind it: where its pages are and what the repository is called there. Pure.

export interface ForgePlace {
  readonly host: string
  /** Of the pages, without a slash at the end. */
  readonly url: string
  readonly path: string
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:]+)(?::(\d+))?\/(.+)$/i
const SCP = /^(?:[^/@:]+@)?([^/:]{2,}):(?!\/\/)(.+)$/

const clean = (path: string): string =>
  path
    .replace(/[?#].*$/, '')
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '')

/** ssh.github.com is github.com's other door. */
const plainHost = (host: string): string => host.toLowerCase().replace(/^(ssh|altssh)\.(github|gitlab)\.com$/, '$2.com')

/** undefined for what is no address of a forge: a local path, file://. The port of ssh says nothing about the pages. */
export function forgePlace(remote: string): ForgePlace | undefined {
  const full = SCHEME.exec(remote.trim())
  const [scheme = 'ssh', rawHost = '', port, rawPath = ''] = full ? full.slice(1) : sshParts(remote.trim())
  const web = /^https?$/i.test(scheme)
  const host = plainHost(rawHost)
  const path = clean(rawPath)
  if (host === '' || !path.includes('/') || !/^(https?|ssh|git\+ssh|git)$/i.test(scheme)) return undefined
  return { host, url: `${web ? scheme.toLowerCase() : 'https'}://${host}${web && port ? `:${port}` : ''}`, path }
}

const sshParts = (remote: string): (string | undefined)[] => {
  const [, host, path] = SCP.exec(remote) ?? []
  return ['ssh', host, undefined, path]
}

/** A forge whose pages lie below a path has the repository's name behind it: only the last two words are owner and name. */
export function placeAt(place: ForgePlace, url: string): ForgePlace {
  const base = url.replace(/\/+$/, '')
  const prefix = clean(new URL(base).pathname)
  const path = prefix !== '' && place.path.startsWith(`${prefix}/`) ? place.path.slice(prefix.length + 1) : place.path
  return { host: new URL(base).hostname, url: base, path }
}

/** Public forges; others have to be asked or named. */
export const knownForge = (host: string): 'github' | 'gitlab' | 'gitea' | undefined =>
  host === 'github.com'
    ? 'github'
    : host === 'gitlab.com'
      ? 'gitlab'
      : host === 'codeberg.org' || host === 'gitea.com'
        ? 'gitea'
        : undefined
