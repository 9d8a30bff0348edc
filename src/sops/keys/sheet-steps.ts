// How to recover, as a sheet tells it: with age, sops and kubectl alone where that is possible, and with flux-ops. Written for somebody who has
// only the paper. Commands hold no name that would need quoting.
import type { Manifest } from './manifest.ts'

export interface Step {
  readonly text: string
  readonly command?: string
}

const PLAIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

/** The Secret that the keys go back to: the first that the manifest names, else what Flux's own guide calls it. */
function secretOf({ keys }: Manifest): { namespace: string; name: string } {
  const sources = keys.flatMap((key) => key.sources)
  const secret = sources.find((source) => source.kind === 'secret')
  if (secret === undefined || !PLAIN.test(secret.namespace) || !PLAIN.test(secret.name))
    return { namespace: 'flux-system', name: 'sops-age' }
  return secret
}

function opening({ sealed }: Manifest): Step {
  if (sealed.how === 'passphrase')
    return { text: 'Open it. age asks for the passphrase.', command: 'umask 077; age --decrypt backup.age > keys.txt' }
  return {
    text: 'Open it with the private key of one of the recipients named above.',
    command: 'umask 077; age --decrypt --identity PRIVATE-KEY-FILE backup.age > keys.txt',
  }
}

const typing = (codes: number): string => {
  const typed = 'type the lines without their numbers and without the four letters at their end, BEGIN and END lines included'
  if (codes === 0) return `Get the text into a file backup.age: ${typed}.`
  if (codes === 1) return `Get the text into a file backup.age: scan the code, or ${typed}.`
  return `Get the text into a file backup.age: scan the ${codes} codes one after another and leave out the first line of each, or ${typed}.`
}

/** With tools that are not flux-ops; empty for shares, which no other tool puts together. */
export function plainSteps(manifest: Manifest, codes: number): Step[] {
  if (manifest.sealed.how === 'shares') return []
  const { namespace, name } = secretOf(manifest)
  return [
    { text: typing(codes) },
    opening(manifest),
    { text: 'See that the keys open a file of the repository.', command: 'SOPS_AGE_KEY_FILE=keys.txt sops decrypt FILE' },
    {
      text: 'Give them to Flux. In keys.txt stands which key belongs to which Secret.',
      command: `kubectl -n ${namespace} create secret generic ${name} --from-file=age.agekey=keys.txt`,
    },
    { text: 'Remove keys.txt from this machine.' },
  ]
}

export function flagSteps({ sealed }: Manifest): Step[] {
  const flags = Array.from({ length: sealed.how === 'shares' ? sealed.threshold : 1 }, () => 'FILE').join(' ')
  const begin =
    sealed.how === 'shares'
      ? `Bring ${sealed.threshold} sheets of the set together on one machine. FILE is the page as a file, or a text file with the lines below, scanned or typed: capitals, spaces and line breaks do not matter.`
      : 'FILE is this page as a file, or a text file with the lines below or with what the codes gave.'
  return [
    { text: begin },
    { text: 'See what it opens; nothing is changed.', command: `flux-ops age drill ${flags}` },
    { text: 'Put the keys back.', command: `flux-ops age restore ${flags}` },
  ]
}

/** How a share is made, for the day on which there is no flux-ops. */
export const SHARE_RECIPE = [
  'Each numbered line: base 32 after Crockford (5 bits a letter), 20 bytes a line; the last four letters are a check of the line: the first 20 bits of SHA-256 of its number without zeros, a colon and its letters. End: the first 160 bits of SHA-256 of all bytes.',
  'The bytes: format 1 (1), set (10), number of this share (1), of how many (1), how many are needed (1), seconds since 1970 (4), length of the rest (2), check of the labels (4), then the share: after Shamir over GF(2^8) with the polynomial x^8+x^4+x^3+x+1, one byte for each byte of the secret, then the point, as in the shamir package of HashiCorp Vault.',
  'The secret: 1 if the text is deflated (RFC 1951), else 0 (1 byte), SHA-256 of the text (32), the text: an age key file.',
]
