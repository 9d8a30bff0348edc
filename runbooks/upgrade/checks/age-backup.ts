// A cluster that is lost with the only copy of its age key takes every secret in git with it. No upgrade begins unaware of that.
import { parseId, SECRET } from '../../../src/actions/resources.ts'
import { sideBySide } from '../../../src/actions/side-by-side.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { messageOf, OpsError } from '../../../src/errors.ts'
import { BACKUP_ANNOTATION, backupGap, type KeySecret, keySecrets } from '../../../src/flux/age-backup.ts'
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

const byHand = (id: string): string[] => {
  const { namespace, name } = parseId(id)
  return [
    `kubectl -n ${namespace} get secret ${name} -o yaml | age --encrypt --armor --recipient age1… > ${name}.yaml.age   and keep it off the cluster`,
    `open it once from there, then:  kubectl -n ${namespace} annotate secret ${name} --overwrite ${BACKUP_ANNOTATION}=$(date -u +%Y-%m-%dT%H:%M:%SZ)`,
  ]
}

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
        hints: first === undefined ? ['flux get kustomizations -A'] : byHand(first),
      })
    }
    return unread.length > 0 ? { status: 'unknown', cause: unread.join('; ') } : pass(counted(secrets.length, 'Secret'))
  },
}
