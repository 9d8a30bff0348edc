// Whether the new key can be used by everybody who needs it, and whether its backup would help.
import { lt, valid } from 'semver'
import { sealBackup } from '../../../src/actions/keys/seal-backup.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { controllersOf } from '../../../src/flux/installed.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { Tool } from '../../../src/ports/exec.ts'
import type { NativeKind } from '../../../src/sops/keys/generate.ts'
import type { RotateInput } from '../input.ts'
import { sealHowOf, setsOf } from '../steps/back-up.ts'
import { clusterOf, oldKeyOf } from '../survey.ts'
import { fail, failOf, pass } from './results.ts'

type RotateCheck = Check<RotateInput>

/** Source: changelogs of kustomize-controller 1.9.0, sops 3.12.0 and age 1.3.0. */
const FIRST: Readonly<Record<'kustomize-controller' | 'sops' | 'age', string>> = {
  'kustomize-controller': '1.9.0',
  sops: '3.12.0',
  age: '1.3.0',
}

export const kindOf = async (ctx: ReadContext, input: RotateInput): Promise<NativeKind> =>
  input.postQuantum === undefined ? (await oldKeyOf(ctx, input)).kind : input.postQuantum ? 'hybrid' : 'x25519'

const UNKNOWN = 'of a version that cannot be read'

/** Undefined where the tool is not on this machine. */
async function versionOf(ctx: ReadContext, tool: Tool & ('sops' | 'age'), args: readonly string[]): Promise<string | undefined> {
  try {
    return /\d+\.\d+\.\d+/.exec((await ctx.exec.run({ tool, args, effect: 'read' })).stdout)?.[0] ?? UNKNOWN
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'tool-missing') throw error
    return undefined
  }
}

export const postQuantumRead: RotateCheck = {
  id: 'post-quantum-read',
  title: 'everybody who opens the files knows post-quantum keys',
  severity: 'gate',
  probe: async (ctx, input) => {
    if ((await kindOf(ctx, input)) !== 'hybrid') return { status: 'skip', reason: 'the new key is a classical one' }
    const { deployments } = await clusterOf(ctx)
    const tag = controllersOf(deployments)
      .find(({ component }) => component === 'kustomize-controller')
      ?.tag?.replace(/^v/, '')
    if (tag === undefined)
      return { status: 'unknown', cause: 'no kustomize-controller was found in the namespace of Flux', hints: ['--namespace NAME'] }
    const [sops, age] = await Promise.all([
      versionOf(ctx, 'sops', ['--version', '--disable-version-check']),
      versionOf(ctx, 'age', ['--version']),
    ])
    const found = { 'kustomize-controller': tag, sops, age }
    const items = Object.entries(FIRST).flatMap(([who, first]): CheckItem[] => {
      const version = found[who as keyof typeof FIRST]
      if (version === undefined || valid(version) === null || !lt(version, first)) return []
      return [{ where: `${who} ${version}`, what: `does not know post-quantum keys; ${who} ${first} is the first that does` }]
    })
    if (items.length > 0)
      return fail(
        'post-quantum-read',
        'not everybody could open what is sealed to such a key',
        ['flux-ops upgrade --to 2.9.2', 'or stay with a classical key: --no-post-quantum'],
        items,
      )
    // A tag that is no version says nothing of what it knows.
    const unread = Object.entries(found).filter(([, version]) => version !== undefined && valid(version) === null)
    if (unread.length > 0) return { status: 'unknown', cause: unread.map((each) => each.join(' ')).join(', ') }
    return pass(
      `kustomize-controller ${tag}${sops === undefined ? '' : `, sops ${sops}`}${age === undefined ? '' : `, age ${age}`}; sops of the others who edit has to be 3.12 or newer`,
    )
  },
}

export const backupPossible: RotateCheck = {
  id: 'backup-possible',
  title: 'a backup of the keys can be sealed as it was asked for',
  severity: 'error',
  probe: async (ctx, input) => {
    try {
      const { secrets } = await oldKeyOf(ctx, input)
      const bundle = { cluster: undefined, taken: ctx.clock.now().toISOString(), sets: setsOf(secrets) }
      // Sealed in memory with the keys of now, and thrown away.
      const { reopened } = await sealBackup(ctx, bundle, await sealHowOf(ctx, input))
      return pass(`to ${input.out}${reopened ? ', opened again' : '; whether its key opens it is not tried: --identity FILE'}`)
    } catch (error) {
      return failOf('backup-possible', error)
    }
  },
}
