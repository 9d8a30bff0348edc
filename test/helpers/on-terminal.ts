// The built CLI on a terminal of its own, where somebody answers each question once it stands there.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ENTRY = fileURLToPath(new URL('../../bin/flux-ops.js', import.meta.url))

/** What has to be read first, and what is typed then. */
export type Answer = readonly [question: string, answer: string]

export interface Typed {
  readonly code: number | null
  readonly text: string
}

export function onTerminal(
  args: readonly string[],
  answers: readonly Answer[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Typed> {
  const command = [process.execPath, ENTRY, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { cwd, env: { ...env, NO_COLOR: '1' } })
  let text = ''
  let read = 0
  let next = 0
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    const [question, answer] = answers[next] ?? []
    const at = question === undefined ? -1 : text.indexOf(question, read)
    if (question === undefined || at < 0) return
    read = at + question.length
    next++
    child.stdin.write(answer)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text }))
  })
}
