// A cluster that is lost with the only copy of its age key takes every secret in git with it. No upgrade begins unaware of that.
import { parseId, SECRET } from '../../../src/actions/resources.ts'
import { sideBySide } from '../../../src/actions/side-by-side.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { messageOf, OpsError } from '../../../src/errors.ts'
import { backupGap, type KeySecret, keySecrets } from '../../../src/flux/age-backup.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf } from '../inspect.ts'
import { counted, fail, pass } from './results.ts'

type Look = {
  readonly item?: CheckItem
  readonly unread?: string /** That is there, so that a command about it makes sense. */
  readonly id?: string
}

async function lookAt(ctx: ReadContext, { id, usedBy }: KeySecret): Promise<Look> {
  const where = `Secret ${id}`
  try {
    const secret = await ctx.kube.get(SECRET, parseId(id), { metadataOnly: true })
    if (secret === undefined) return { item: { where, what: `does not exist, and ${usedBy[0]} decrypts with it` } }
    const gap = backupGap(secret, ctx.clock.now())
    return gap === undefined ? {} : { id, item: { where, what: gap } }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { unread: `${where}: ${messageOf(error)}` }
  }
}

const fix = (id: string): string[] => [
  `flux-ops age backup --secret ${id} --shares 3/5 --out DIR   or sealed to a key that is kept elsewhere: --to age1…`,
  'then  flux-ops age drill',
]

export const ageKeyBackedUp: Check<UpgradeInput> = {
  id: 'age-key-backed-up',
  title: 'the keys that Flux decrypts with are on record as backed up',
  severity: 'warning',
  probe: async (ctx) => {
    const { objects, deployments } = await clusterOf(ctx)
    const secrets = keySecrets(objects, deployments)
    if (secrets.length === 0) return pass('no Kustomization decrypts with a key from a Secret')
    const looks = await sideBySide(secrets, 8, (each) => lookAt(ctx, each))
    const items = looks.flatMap((look) => look.item ?? [])
    const unread = looks.flatMap((look) => look.unread ?? [])
    if (items.length > 0) {
      const rest = unread.map((what) => ({ where: 'not known', what }))
      const first = looks.find((look) => look.id !== undefined)?.id
      return fail('age-key-backed-up', `${counted(items.length, 'Secret')} without a fresh backup on record`, {
        items: [...items, ...rest],
        hints: first === undefined ? ['flux get kustomizations -A'] : fix(first),
      })
    }
    return unread.length > 0 ? { status: 'unknown', cause: unread.join('; ') } : pass(counted(secrets.length, 'Secret'))
  },
}
