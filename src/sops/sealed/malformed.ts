import { OpsError } from '../../errors.ts'

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

/** A file that says it is encrypted and cannot be read: `sealed-malformed`, with path and line. */
export const malformed = (path: string, text: string, offset: number | undefined, what: string): OpsError => {
  const where = offset === undefined ? path : `${path}:${lineOf(text, offset)}`
  const conflict = /^(<{7}|>{7}) /m.test(text)
  return new OpsError({
    code: 'sealed-malformed',
    message: `${where}: ${conflict ? 'merge conflict markers in an encrypted file' : what}`,
    hints: conflict
      ? [`take one side whole:  git checkout --ours -- ${path}   (or --theirs), then set the other side's values again with  sops ${path}`]
      : [`see when it was last whole:  git log --oneline -- ${path}`],
    exit: 'usage',
  })
}
