// A recipient as people read it: long enough to tell two apart, and the name that the team gives its holder.
import { isSsh } from './rules/age-recipient.ts'
import type { NamedRecipient } from './team-file.ts'

/** `age1q…9x`; of an SSH key its kind and the end of it. */
function briefly(recipient: string): string {
  if (isSsh(recipient)) {
    const [kind = '', key = ''] = recipient.split(/\s+/)
    return `${kind} …${key.replace(/=+$/, '').slice(-6)}`
  }
  return recipient.length <= 9 ? recipient : `${recipient.slice(0, 5)}…${recipient.slice(-2)}`
}

/** `age1q…9x "oncall"`, or without a name where nobody gave one. */
export type NameOf = (recipient: string) => string

export function namesOf(named: readonly NamedRecipient[]): NameOf {
  const byRecipient = new Map(named.map(({ name, recipient }) => [recipient, name]))
  return (recipient) => {
    const name = byRecipient.get(recipient)
    return name === undefined ? briefly(recipient) : `${briefly(recipient)} "${name}"`
  }
}
