// Host keys of a git server over SSH: what it shows now, and the pinned ones of a known_hosts. What is shown proves nothing: whoever stands in between shows
// his own. It is taken only where a person names the fingerprint.
import { createHash, createHmac } from 'node:crypto'
import { refusal } from '../errors.ts'
import type { ReadContext } from '../ports/context.ts'

export interface SshPlace {
  readonly host: string
  readonly port: string
}

export interface ShownKey {
  /** A line of known_hosts. */
  readonly line: string
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string
}

/** undefined: it is not fetched over SSH. */
export function sshPlace(url: string): SshPlace | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return protocol === 'ssh:' && /^[A-Za-z0-9][A-Za-z0-9.:-]*$/.test(host) ? { host, port: port === '' ? '22' : port } : undefined
}

/** How known_hosts names it. */
export const hostName = ({ host, port }: SshPlace): string => (port === '22' ? host : `[${host}]:${port}`)

/** RFC 4253 names, and those of OpenSSH. */
const LINE = /^(\S+) ((?:ssh|ecdsa|sk)-[a-z0-9@.-]+) ([A-Za-z0-9+/=]+)$/

const fingerprintOf = (blob: string): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}`

/** Throws OpsError `tool-missing`, `tool-failed`, or `host-silent`. */
export async function shownKeys(ctx: Pick<ReadContext, 'exec'>, place: SshPlace): Promise<ShownKey[]> {
  const args = ['-T', '10', '-p', place.port, '--', place.host]
  const { stdout } = await ctx.exec.run({ tool: 'ssh-keyscan', args, effect: 'read', timeoutMs: 30_000, allowFailure: true })
  const keys = stdout.split('\n').flatMap((text) => {
    const [, , type = '', blob = ''] = LINE.exec(text.trim()) ?? []
    return type === '' ? [] : [{ line: `${hostName(place)} ${type} ${blob}`, fingerprint: fingerprintOf(blob) }]
  })
  if (keys.length === 0) throw refusal('host-silent', `${hostName(place)} shows no host key`, `ssh-keyscan -p ${place.port} ${place.host}`)
  return keys
}

/** `|1|SALT|HASH`: HMAC-SHA1 of the name, as ssh-keygen -H writes it (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
function isHashOf(entry: string, name: string): boolean {
  const [, one, salt = '', hash] = entry.split('|')
  return one === '1' && createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

/** Lines of a known_hosts that name this server, plainly or hashed. Patterns and marked lines (@cert-authority, @revoked) are left out: Flux needs the key itself. */
export function linesOf(knownHosts: string, place: SshPlace): string[] {
  const name = hostName(place)
  return knownHosts.split('\n').flatMap((text) => {
    const line = text.trim()
    const [hosts = ''] = line.split(/\s+/)
    if (line === '' || line.startsWith('#') || line.startsWith('@')) return []
    return hosts.startsWith('|') ? (isHashOf(hosts, name) ? [line] : []) : hosts.split(',').includes(name) ? [line] : []
  })
}

/** The other hosts' lines stay as they are. */
export function withPinned(knownHosts: string, place: SshPlace, line: string): string {
  const own = hostName(place)
  const isOwn = (text: string): boolean => text.trim().split(/\s+/)[0]?.split(',').includes(own) === true
  const others = knownHosts.split('\n').filter((text) => text.trim() !== '' && !isOwn(text))
  return `${[...others, line].join('\n')}\n`
}
