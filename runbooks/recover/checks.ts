// Whether that may be done here and now.
import { answersOf } from '../../src/actions/checks/answers.ts'
import { mayDo } from '../../src/actions/checks/permissions.ts'
import { DEPLOYMENT, parseId } from '../../src/actions/resources.ts'
import { isGuarded } from '../../src/diagnosis/remedy.ts'
import type { Check } from '../../src/engine/model.ts'
import { FLUX_KINDS } from '../../src/flux/kinds.ts'
import type { AccessRequest } from '../../src/ports/kube.ts'
import type { Choice, RecoverInput } from './input.ts'
import { remedies } from './remedies/index.ts'
import { verbs } from './remedies/remedy.ts'

type RecoverCheck = Check<RecoverInput>

const answers = answersOf('recover')

const confirmed: RecoverCheck = {
  id: 'confirmed-by-name',
  title: 'what can harm was confirmed by the name of its object',
  severity: 'gate',
  probe: async (_ctx, { chosen = [], confirmed: typed }) => {
    const guarded = chosen.filter(({ does }) => isGuarded(does))
    if (guarded.length === 0) return { status: 'pass', detail: 'nothing of that kind' }
    const wrong = guarded.filter(({ object }) => object !== typed)
    if (wrong.length === 0) return { status: 'pass', detail: `${typed} was typed` }
    const items = wrong.map(({ object, does }) => ({ where: object, what: `${does} is done only for somebody who types that name` }))
    const detail = typed === undefined ? 'no name was typed' : `"${typed}" was typed`
    return answers.fail(
      'confirmed-by-name',
      detail,
      ['answer the question on a terminal, or give --confirm with the name as it is printed'],
      items,
    )
  },
}

/** Its sources are asked before it: reading them is what every diagnosis needs. */
function needs({ object, does }: Choice): AccessRequest[] {
  const [kind = '', id = ''] = object.split(' ')
  const { namespace } = parseId(id)
  const known = kind === 'Deployment' ? DEPLOYMENT : FLUX_KINDS.find((one) => one.kind === kind)
  return known === undefined ? [] : [...verbs({ ...known, namespace }, 'get', 'patch'), ...(remedies[does].needs?.(namespace) ?? [])]
}

const LEASE = { group: 'coordination.k8s.io', plural: 'leases' }

const permissions: RecoverCheck = {
  id: 'permissions',
  title: 'you may do everything that is needed',
  severity: 'error',
  probe: async (ctx, { chosen = [] }) => {
    return mayDo(ctx, answers, async () => {
      const { namespace } = ctx.target
      const all = [...chosen.flatMap(needs), ...verbs({ ...LEASE, namespace }, 'get', 'create', 'update')]
      return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
    })
  },
}

export const checks: readonly RecoverCheck[] = [confirmed, permissions]
