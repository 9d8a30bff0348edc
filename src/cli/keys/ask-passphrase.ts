// A passphrase, from a file or from the terminal; never from an argument, and never shown.
import { localFiles } from '../../adapters/files.ts'
import { OpsError, usageError } from '../../errors.ts'
import { Secret } from '../../ports/secret.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { canAsk } from '../prompt.ts'

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
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

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

/** Characters as they are typed, without echo; undefined at Ctrl-C. */
function typed(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { stdin, stderr } = process
  stderr.write(question)
  return new Promise((resolve) => {
    let text = ''
    const end = (answer: string | undefined): void => {
      stdin.off('data', onData)
      signal.removeEventListener('abort', onAbort)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      resolve(answer)
    }
    const onAbort = (): void => end(undefined)
    const onData = (chunk: string): void => {
      for (const char of chunk) {
        if (char === '\r' || char === '\n' || char === CTRL_D) {
          end(text)
          return
        }
        if (char === CTRL_C) {
          end(undefined)
          process.kill(process.pid, 'SIGINT')
          return
        }
        // Backspace takes a whole character, which may be two units long.
        text = char === '\u007f' || char === '\b' ? [...text].slice(0, -1).join('') : text + char
      }
    }
    stdin.setRawMode(true)
    stdin.setEncoding('utf8')
    stdin.on('data', onData)
    stdin.resume()
    signal.addEventListener('abort', onAbort, { once: true })
  })
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
  const first = await typed(`passphrase ${sanitise(what)}: `, signal)
  if (first === undefined) throw interrupted()
  if (!twice) return new Secret(first)
  const second = await typed('the same again: ', signal)
  if (second === undefined) throw interrupted()
  if (first !== second) throw usageError('passphrase-differs', 'the two passphrases are not the same', 'type it again')
  return new Secret(first)
}
