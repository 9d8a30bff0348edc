// Every secret of a sandbox, in every spelling in which it could get out: plain, URL-encoded, and base64 at each of the three alignments.
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxPaths } from '../../src/sandbox/index.ts'

export interface KnownSecret {
  readonly name: string
  readonly spellings: readonly string[]
}

/** The part of the base64 text that does not depend on what stands before and after the value. */
function base64Within(value: string, before: number): string {
  const text = Buffer.from('x'.repeat(before) + value).toString('base64')
  const from = Math.ceil((before * 8) / 6)
  const whole = Math.floor(((before + value.length) * 8) / 6)
  return text.slice(from, whole)
}

export const known = (name: string, value: string): KnownSecret => ({
  name,
  spellings: [...new Set([value, encodeURIComponent(value), ...[0, 1, 2].map((before) => base64Within(value, before))])],
})

const column = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '')

const MADE_UP = 'made-up'

/** A secret that a test has made up itself: from now on one of the sandbox, in whose folder it stays. */
export async function tellSecret(paths: SandboxPaths, name: string, value: string): Promise<void> {
  await appendFile(join(paths.secrets, MADE_UP), `${JSON.stringify({ name, value })}\n`, { mode: 0o600 })
}

async function madeUp(paths: SandboxPaths): Promise<KnownSecret[]> {
  const text = await readFile(join(paths.secrets, MADE_UP), 'utf8').catch(() => '')
  const lines = [...new Set(text.split('\n'))].filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as { name: string; value: string }).map(({ name, value }) => known(name, value))
}

/** Throws when one of the files is missing or holds nothing: a search for nothing finds nothing. */
export async function secretsOf(paths: SandboxPaths): Promise<KnownSecret[]> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8')
  const from = async (name: string, path: string, pattern: RegExp): Promise<KnownSecret[]> => {
    const values = column(await read(path), pattern)
    if (values.length === 0) throw new Error(`no secret found in ${path}`)
    return values.map((value, index) => known(`${name} ${index + 1}`, value))
  }
  const found = await Promise.all([
    from('age key', join(paths.secrets, 'age.agekey'), /^(AGE-SECRET-KEY-\S+)$/gm),
    from('git password', join(paths.secrets, 'git-password'), /(\S+)/g),
    from('API token', join(paths.secrets, 'tokens.csv'), /^([^,\s]+),/gm),
    from('service account key', join(paths.secrets, 'sa.key'), /^([A-Za-z0-9+/]{40,})$/gm),
    from('kubeconfig token', paths.kubeconfig, /^\s*"?token"?: "?([^"\s,]+)/gm),
  ])
  const ofForge = await readFile(join(paths.secrets, 'forge-admin-token'), 'utf8').catch(() => undefined)
  return [...found.flat(), ...(await madeUp(paths)), ...(ofForge === undefined ? [] : [known('token of the forge', ofForge.trim())])]
}
