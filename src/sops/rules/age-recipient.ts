// Which words sops takes for a recipient of age: Bech32 with its checksum, or an SSH public key. Source: age x25519.go, pq.go, plugin/encode.go;
// sops age/keysource.go.
import { bech32Prefix } from '../keys/bech32.ts'
import { readSshRecipient } from '../keys/ssh-recipient.ts'

const CHECKSUM = 6
/** Letters of 32 bytes. */
const X25519_LETTERS = 52
/** Letters of an encapsulation key of ML-KEM-768 and a point of X25519. */
const HYBRID_LETTERS = Math.ceil(((1184 + 32) * 8) / 5)
const PLUGIN = /^age1[a-z0-9+\-._]+$/

export const isPostQuantum = (recipient: string): boolean => recipient.startsWith('age1pq1')

export const isSsh = (recipient: string): boolean => recipient.startsWith('ssh-')

/** Whether sops would take it. */
export function isRecipient(text: string): boolean {
  if (isSsh(text)) return !/[\r\n]/.test(text) && 'text' in readSshRecipient(text)
  const prefix = text.startsWith('age1') ? bech32Prefix(text) : undefined
  if (prefix === undefined) return false
  const letters = text.length - prefix.length - 1 - CHECKSUM
  if (isPostQuantum(text)) return prefix === 'age1pq' && letters === HYBRID_LETTERS
  return prefix === 'age' ? letters === X25519_LETTERS : PLUGIN.test(prefix)
}
