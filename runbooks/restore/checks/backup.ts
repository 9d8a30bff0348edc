// Whether the backup is one, and what it begins with can be reached.
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Content } from '../../../src/flux/installation/content.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { spanText } from '../../../src/flux/time-spans.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { Secret } from '../../../src/ports/secret.ts'
import type { RestoreInput } from '../input.ts'
import { opened } from '../open.ts'
import { fail, pass } from './results.ts'

type RestoreCheck = Check<RestoreInput>

export const backupOpens: RestoreCheck = {
  id: 'backup-opens',
  title: 'the backup opens, and is whole',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const { content } = await opened(ctx, input)
      const { taken, context, flux } = content.header
      const age = ctx.clock.now().getTime() - Date.parse(taken)
      return pass(`of ${context}, Flux ${flux ?? 'of an unknown release'}, taken ${spanText(age)} ago`)
    } catch (error) {
      if (error instanceof OpsError) return fail('backup-opens', error.message, error.hints)
      throw error
    }
  },
}

/** The Secret of a source, as the backup has it. */
const secretOf = ({ parts }: Content, { metadata, spec }: KubeObject): KubeObject | undefined =>
  parts.secrets.find(
    ({ object }) =>
      object.kind === 'Secret' && object.metadata.name === spec?.secretRef?.name && object.metadata.namespace === metadata.namespace,
  )?.object

const HEADER = 'FLUX_OPS_GIT_HEADER'

function headerOf(secret: KubeObject | undefined): string | undefined {
  const text = (name: string): string | undefined => {
    const value: unknown = secret?.data?.[name]
    return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined
  }
  const [bearer, username, password] = [text('bearerToken'), text('username'), text('password')]
  if (bearer !== undefined) return `Authorization: Bearer ${bearer}`
  if (username === undefined || password === undefined) return undefined
  return `Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** What git says of the branch; undefined where it was not asked. */
async function branchHead(ctx: ReadContext, content: Content, source: KubeObject): Promise<string | undefined> {
  const url = String(source.spec?.url)
  const secret = secretOf(content, source)
  // The key of an SSH source is in the backup alone, and no file is made of it; a certificate likewise.
  if (!/^https?:/.test(url) || (secret !== undefined && (headerOf(secret) === undefined || secret.data?.['ca.crt'] !== undefined)))
    return undefined
  const header = headerOf(secret)
  const branch = String(source.spec?.ref?.branch ?? 'master')
  const { stdout } = await ctx.exec.run({
    tool: 'git',
    args: [
      '-c',
      'credential.helper=',
      ...(header === undefined ? [] : [`--config-env=http.extraHeader=${HEADER}`]),
      'ls-remote',
      '--',
      url,
      `refs/heads/${branch}`,
    ],
    effect: 'read',
    env: { GIT_TERMINAL_PROMPT: '0', ...(header !== undefined && { [HEADER]: new Secret(header) }) },
    timeoutMs: 60_000,
  })
  return stdout.split('\t')[0]?.trim() ?? ''
}

/** What is to be said of one source; undefined: nothing. */
async function sayOf(ctx: ReadContext, content: Content, source: KubeObject, unasked: string[]): Promise<CheckItem | undefined> {
  const where = objectLabel(source)
  const branch = source.spec?.ref?.branch
  if (typeof branch !== 'string') {
    unasked.push(`${where} follows no branch`)
    return undefined
  }
  try {
    const head = await branchHead(ctx, content, source)
    if (head === undefined) unasked.push(`${where} is fetched with a key that lies in the backup alone`)
    if (head === '') return { where, what: `its repository has no branch ${branch}` }
    return undefined
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { where, what: `${String(source.spec?.url)}: ${error.message}` }
  }
}

export const gitAnswers: RestoreCheck = {
  id: 'git-answers',
  title: 'the repositories that everything comes from are there',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { content } = await opened(ctx, input)
    const sources = content.parts.objects.map(({ object }) => object).filter(({ kind }) => kind === 'GitRepository')
    const unasked: string[] = []
    const items = (await Promise.all(sources.map((source) => sayOf(ctx, content, source, unasked)))).filter((one) => one !== undefined)
    if (items.length > 0)
      return fail(
        'git-answers',
        `${items.length} of ${sources.length} do not answer here, with the credentials of the backup`,
        ['the cluster may reach what this machine does not', 'restore the git server first'],
        items,
      )
    if (unasked.length > 0) return { status: 'unknown', cause: unasked.slice(0, 5).join('; ') }
    return pass(`${sources.length} answer`)
  },
}
