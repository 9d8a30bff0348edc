// A passphrase, from a file or from the terminal; never from an argument, and never shown.
import { localFiles } from '../../adapters/files.ts'
import { OpsError, usageError } from '../../errors.ts'
import { Secret } from '../../ports/secret.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { canAsk } from '../prompt.ts'
import { typedLines } from './typed-lines.ts'

export interface PassphraseRequest {
  /** What it is for: `of backup.age`. */
  readonly what: string
  /** `-` is standard input; undefined asks on the terminal. */
  readonly file: string | undefined
  /** Ask a second time: for one that is new. */
  readonly twice: boolean
  readonly json: boolean
  readonly signal: AbortSignal
}

const LONGEST = 4096

const oneLine = (text: string, where: string): Secret => {
  const line = text.replace(/\r?\n$/, '')
  if (line === '') throw usageError('passphrase-empty', `${where} holds no passphrase`, 'write it into its first line')
  if (/[\r\n]/.test(line)) throw usageError('passphrase-lines', `${where} holds more than one line`, 'a passphrase is one line')
  return new Secret(line)
}

async function standardInput(): Promise<string> {
  let text = ''
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin) {
    text += chunk
    if (text.length > LONGEST)
      throw usageError('passphrase-too-long', `standard input holds over ${LONGEST} characters`, 'is it the right one?')
  }
  return text
}

const interrupted = (): OpsError =>
  new OpsError({
    code: 'interrupted',
    message: 'stopped before a passphrase was given',
    hints: ['nothing was changed'],
    exit: 'interrupted',
  })

/** A pipe of a password manager is no file: nobody is to save a passphrase for that. */
async function ofFile(path: string): Promise<string> {
  try {
    return await localFiles.readText(path)
  } catch (error) {
    if (!(error instanceof OpsError) || !/not a regular file/.test(error.message)) throw error
    throw usageError(error.code, error.message, 'give it by standard input:  pass show backup | flux-ops … --passphrase-file -')
  }
}

/** Throws OpsError `passphrase-needed` where nobody can be asked, `passphrase-differs` when the second answer is another. */
export async function askPassphrase({ what, file, twice, json, signal }: PassphraseRequest): Promise<Secret> {
  if (file === '-') return oneLine(await standardInput(), 'standard input')
  if (file !== undefined) return oneLine(await ofFile(file), file)
  if (!canAsk(json))
    throw usageError(
      'passphrase-needed',
      `nobody can be asked here for the passphrase ${what}`,
      'give it by --passphrase-file FILE, or - for standard input',
    )
  const questions = [`passphrase ${sanitise(what)}: `, ...(twice ? ['the same again: '] : [])]
  const answers = await typedLines(process, questions, { signal, interrupt: () => process.kill(process.pid, 'SIGINT') })
  if (answers === undefined) throw interrupted()
  const [first = '', second = first] = answers
  if (first !== second) throw usageError('passphrase-differs', 'the two passphrases are not the same', 'type it again')
  return new Secret(first)
}
