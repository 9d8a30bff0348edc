// kustomize-controller decrypts only for a Kustomization that says so. Without `spec.decryption` it stops at a Secret that is sealed under data; one
// that is sealed under stringData it applies as it stands. The Secret of --sops-age-secret is taken only where `spec.decryption` names none.
import { foundOnly, type Looked, NOTHING, together, whereText } from '../model.ts'
import { type Applier, appliersOf, decryptionPatch, nothingApplied } from './appliers.ts'
import { ageOf, counted, type KeysRule, type KeysWorld, othersOf, someOf } from './world.ts'

const filesText = ({ sealed }: Applier): string => `${counted(sealed.length, 'sealed file')} (${someOf(sealed.map(({ path }) => path))})`

/** Those that open with an age key and nothing else. */
const needsAge = ({ sealed }: Applier): boolean => sealed.some((file) => ageOf(file).length > 0 && othersOf(file).length === 0)

const one = (applier: Applier, what: string): Looked => foundOnly([{ where: applier.where, what }])

/** What files leave open only a cluster tells, and it may be one that nobody wanted to be asked. */
function onlyCluster(applier: Applier, { cluster }: KeysWorld, why: string): Looked {
  // That the cluster could not be read is said once for all.
  if (cluster !== undefined && 'unread' in cluster) return NOTHING
  const left = cluster === undefined ? 'no cluster was asked' : 'it is not in the cluster that was asked'
  return { ...NOTHING, skipped: `${whereText(applier.where)}: ${left}, and its file does not tell: ${why}` }
}

function withoutProvider(applier: Applier, world: KeysWorld): Looked {
  const patch = applier.from === 'file' ? decryptionPatch(world) : undefined
  if (patch === undefined) return one(applier, `applies ${filesText(applier)} and has no spec.decryption`)
  return onlyCluster(applier, world, `${whereText(patch)} puts decryption into Kustomizations`)
}

function withoutSecret(applier: Applier, world: KeysWorld): Looked {
  if (!needsAge(applier)) return NOTHING
  const { cluster } = world
  if (cluster !== undefined && !('unread' in cluster) && applier.from === 'cluster') {
    if (cluster.globalSecret !== undefined) return NOTHING
    if (cluster.fallbackUnknown !== undefined) return { found: [], unknown: [{ where: applier.where, cause: cluster.fallbackUnknown }] }
    return one(
      applier,
      `applies ${filesText(applier)}; its spec.decryption names no Secret, and kustomize-controller has no --sops-age-secret`,
    )
  }
  if (world.files.some(({ path, text }) => /\.ya?ml$/.test(path) && text.includes('--sops-age-secret='))) return NOTHING
  return onlyCluster(applier, world, 'it names no Secret, and kustomize-controller may have one for all (--sops-age-secret)')
}

function look(applier: Applier, world: KeysWorld): Looked {
  if (applier.provider === undefined) return withoutProvider(applier, world)
  if (applier.provider !== 'sops')
    return one(applier, `applies ${filesText(applier)}, and its decryption provider is ${applier.provider}, which Flux does not have`)
  return applier.secret === undefined ? withoutSecret(applier, world) : NOTHING
}

export const decryptionConfigured: KeysRule = {
  id: 'decryption-configured',
  title: 'every Kustomization that applies sealed files decrypts them',
  severity: 'error',
  reason:
    'what is sealed under stringData is applied as it stands, so workloads get ENC[…] for a value and the Kustomization is Ready; what is sealed under data stops it',
  fix: 'spec.decryption: {provider: sops, secretRef: {name: sops-age}} in the Kustomization',
  source:
    'kustomize-controller 1.9 internal/decryptor/decryptor.go ImportKeys, DecryptResource; fluxcd/pkg ssa/normalize, which drops the field sops of a Secret before it is looked for',
  find: (world) => {
    const unread = world.cluster !== undefined && 'unread' in world.cluster ? [{ cause: world.cluster.unread }] : []
    return together([
      { found: [], unknown: [...unread, ...nothingApplied(world)] },
      ...appliersOf(world).map((applier) => look(applier, world)),
    ])
  },
}
