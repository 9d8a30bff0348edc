// SSH public keys as recipients: which of them age can seal to (age agessh, cmd/age/parse.go). In a recipients file age passes over the others
// with a warning, and the file would be sealed to fewer keys than were asked for; here they are refused.

/** What an SSH public key is to age. */
export type SshVerdict = { readonly text: string; readonly comment: string } | { readonly flaw: string }

const SMALLEST_RSA_BITS = 2_048

/** The strings of an SSH wire blob (RFC 4251, section 5), undefined where it does not end with one. */
function wireStrings(blob: Buffer): Buffer[] | undefined {
  const strings: Buffer[] = []
  let at = 0
  while (at < blob.length) {
    if (at + 4 > blob.length) return undefined
    const end = at + 4 + blob.readUInt32BE(at)
    if (end > blob.length) return undefined
    strings.push(blob.subarray(at + 4, end))
    at = end
  }
  return strings
}

const bitLength = (number: Buffer): number => {
  const start = number.findIndex((byte) => byte !== 0)
  return start === -1 ? 0 : (number.length - start) * 8 - Math.clz32(number[start] ?? 0) + 24
}

/** Takes a line of an authorized_keys or .pub file that begins with the type of its key. */
export function readSshRecipient(line: string): SshVerdict {
  const [type = '', key = '', ...comment] = line.split(/\s+/)
  if (type !== 'ssh-ed25519' && type !== 'ssh-rsa') return { flaw: 'is an SSH key of a type that age cannot seal to' }
  const blob = /^[A-Za-z0-9+/]+={0,2}$/.test(key) ? Buffer.from(key, 'base64') : Buffer.alloc(0)
  const parts = wireStrings(blob) ?? []
  const whole = parts[0]?.toString('latin1') === type && blob.toString('base64') === key
  if (!whole || parts.length !== (type === 'ssh-rsa' ? 3 : 2)) return { flaw: 'is a damaged SSH public key' }
  const last = parts.at(-1) ?? Buffer.alloc(0)
  if (type === 'ssh-ed25519' && last.length !== 32) return { flaw: 'is a damaged SSH public key' }
  if (type === 'ssh-rsa' && bitLength(last) < SMALLEST_RSA_BITS) return { flaw: 'is an RSA key below 2048 bits, which age refuses' }
  return { text: `${type} ${key}`, comment: comment.join(' ') }
}
