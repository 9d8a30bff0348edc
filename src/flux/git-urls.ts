// Two git URLs name one repository when host and path agree. Scheme, user, port and a trailing .git say how to get there, not where.

const withScheme = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:]*)(?::(\d+))?\/(.*)$/i
const scpLike = /^(?:[^/@:]+@)?([^/:]{2,}):(?!\/\/)(.*)$/

const DEFAULT_PORTS: Readonly<Record<string, string>> = { ssh: '22', 'git+ssh': '22', https: '443', http: '80', git: '9418' }

const cleanPath = (path: string): string =>
  path
    .replace(/[?#].*$/, '')
    .replace(/\/{2,}/g, '/')
    .replace(/^\/|\/$/g, '')
    .replace(/\.git$/, '')

/** Two ways into one forge use two ports (ssh 2222, https 8443), so a port counts only on a loopback host, where it tells servers apart. */
const hostPart = (host: string, scheme: string, port: string | undefined): string => {
  const name = host.toLowerCase()
  const loopback = name === 'localhost' || name === '[::1]' || /^127\./.test(name)
  return loopback && port !== undefined && port !== DEFAULT_PORTS[scheme.toLowerCase()] ? `${name}:${port}` : name
}

/** github.com compares paths without case, and is also reached as ssh.github.com where port 22 is closed. */
const place = (host: string, path: string): string =>
  /^(ssh\.)?github\.com$/.test(host) ? `github.com/${path.toLowerCase()}` : `${host}/${path}`

/** `host/path` of a git URL in any of its forms (https, ssh, scp-like), host in lower case; undefined when it is none (a local path, '', file://). */
export function normaliseGitUrl(url: string): string | undefined {
  const trimmed = url.trim()
  const full = withScheme.exec(trimmed)
  if (full) {
    const [, scheme = '', host = '', port, path = ''] = full
    const clean = cleanPath(path)
    return host === '' || clean === '' ? undefined : place(hostPart(host, scheme, port), clean)
  }
  if (trimmed.includes('://')) return undefined
  const scp = scpLike.exec(trimmed)
  const clean = cleanPath(scp?.[2] ?? '')
  return scp?.[1] === undefined || clean === '' ? undefined : place(scp[1].toLowerCase(), clean)
}

/** False when either is not a git URL. */
export function sameRepository(a: string, b: string): boolean {
  const left = normaliseGitUrl(a)
  const right = normaliseGitUrl(b)
  return left !== undefined && right !== undefined && left === right
}
