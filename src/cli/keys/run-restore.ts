// `age restore`: opens the backup, shows what is missing where, asks, puts it back, proves it, and wakes what waited for it.
import { resolve } from 'node:path'
import { ofKind, surveyCluster } from '../../actions/cluster-survey.ts'
import { readClusterKeys } from '../../actions/keys/cluster-keys.ts'
import { type Healed, heal } from '../../actions/keys/heal.ts'
import { planRestore, type RestorePlan, restoreSecret } from '../../actions/keys/restore.ts'
import { buildContext, type OpenWorld, operatorName } from '../../adapters/context.ts'
import { localFiles } from '../../adapters/files.ts'
import { keyOf } from '../../flux/synced-paths.ts'
import type { Context } from '../../ports/context.ts'
import { bundleText, type KeyBundle, keySetText } from '../../sops/keys/bundle.ts'
import { parseIdentities } from '../../sops/keys/identities.ts'
import type { Invocation } from '../invocation.ts'
import { createPrompt } from '../prompt.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'
import { askPassphrase } from './ask-passphrase.ts'
import { openBackup } from './open-backup.ts'
import { type KeysWorld, openKeysWorld } from './open-world.ts'
import { restoreLines } from './restore-draw.ts'

export interface RestoreRequest {
  readonly files: readonly string[]
  readonly identities: readonly string[]
  readonly passphraseFile: string | undefined
  /** A key file of this machine to put them into, instead of a cluster. */
  readonly keyFile: string | undefined
  readonly secret: string | undefined
  readonly dryRun: boolean
  readonly yes: boolean
  readonly timeoutMs: number
  readonly flags: OutputFlags & ClusterFlags
}

export interface RestoreResult {
  /** Recipients of the keys in the backup. */
  readonly recipients: readonly string[]
  readonly secrets: readonly {
    readonly id: string
    readonly added: readonly { readonly entry: string; readonly recipients: readonly string[] }[]
    readonly there: readonly string[]
  }[]
  /** Absolute; null when it went to a cluster. */
  readonly keyFile: string | null
  readonly kustomizations: readonly Healed[]
  /** Whether anything was changed. */
  readonly changed: boolean
}

const recipientsOf = ({ sets }: KeyBundle): string[] => [
  ...new Set(sets.flatMap(({ identities }) => identities.flatMap(({ recipient }) => recipient ?? []))),
]

/** What the file has stays; what it lacks is added at its end. */
async function intoFile(path: string, bundle: KeyBundle, dryRun: boolean): Promise<boolean> {
  if (!(await localFiles.exists(path))) {
    if (!dryRun) await localFiles.writeText(path, bundleText(bundle).reveal())
    return true
  }
  const text = await localFiles.readText(path)
  const there = new Set((await parseIdentities(text, path)).map(({ secret }) => secret.reveal()))
  const missing = bundle.sets
    .map((set) => ({ ...set, identities: set.identities.filter(({ secret }) => !there.has(secret.reveal())) }))
    .filter(({ identities }) => identities.length > 0)
  if (missing.length === 0) return false
  const joint = text === '' || text.endsWith('\n') ? '' : '\n'
  if (!dryRun) await localFiles.replaceText(path, text + joint + missing.map((set) => keySetText(set).reveal()).join(''))
  return true
}

async function wake(ctx: Context, plan: RestorePlan, timeoutMs: number): Promise<Healed[]> {
  const survey = await surveyCluster(ctx.kube, ctx.target.namespace)
  const keys = await readClusterKeys(
    ctx.kube,
    survey,
    plan.secrets.map(({ id }) => id),
  )
  const users = new Set(keys.flatMap(({ usedBy }) => usedBy))
  const objects = ofKind(survey.objects, 'Kustomization').filter((object) => users.has(`Kustomization ${keyOf(object)}`))
  return await heal(ctx, objects, { token: ctx.clock.now().toISOString(), timeoutMs })
}

const resultOf = (bundle: KeyBundle, plan: RestorePlan): Pick<RestoreResult, 'recipients' | 'secrets'> => ({
  recipients: recipientsOf(bundle),
  secrets: plan.secrets.map(({ id, add, there }) => ({
    id,
    there,
    added: add.map(({ name, recipients }) => ({ entry: name, recipients })),
  })),
})

async function intoCluster(
  world: KeysWorld,
  cluster: OpenWorld,
  bundle: KeyBundle,
  request: RestoreRequest,
  invocation: Invocation,
): Promise<RestoreResult> {
  const ctx: Context = { ...buildContext(cluster, { runDir: '', operator: operatorName(invocation.env) }), progress: world.ctx.progress }
  const { context, uid } = await ctx.kube.identity()
  const plan = await planRestore(ctx, bundle, request.secret)
  const changes = plan.secrets.some(({ add }) => add.length > 0)
  const result = resultOf(bundle, plan)
  for (const line of restoreLines({ context, uid }, plan)) world.say('►', line)
  if (request.dryRun) return { ...result, keyFile: null, kustomizations: [], changed: false }
  if (changes && !request.yes) {
    const ask = createPrompt({ signal: invocation.signal, json: request.flags.json, beforeAsking: () => undefined })
    if (!(await ask({ kind: 'apply', text: `Put them back into ${context}?`, pointsOfNoReturn: [] })))
      return { ...result, keyFile: null, kustomizations: [], changed: false }
  }
  for (const secret of plan.secrets) await restoreSecret(ctx, secret)
  return { ...result, keyFile: null, kustomizations: await wake(ctx, plan, request.timeoutMs), changed: changes }
}

export async function runRestore(invocation: Invocation, request: RestoreRequest): Promise<RestoreResult> {
  const { flags, files, identities, passphraseFile } = request
  const world = await openKeysWorld(invocation, flags, request.keyFile === undefined)
  try {
    const { signal } = invocation
    const passphrase = () => askPassphrase({ what: `of ${files.join(', ')}`, file: passphraseFile, twice: false, json: flags.json, signal })
    const { bundle, doubts } = await openBackup(world.ctx, { files, identities, passphrase })
    for (const doubt of doubts) world.say('⚠', doubt)
    if (world.cluster !== undefined) return await intoCluster(world, world.cluster, bundle, request, invocation)
    const path = resolve(request.keyFile ?? '')
    const changed = await intoFile(path, bundle, request.dryRun)
    return { recipients: recipientsOf(bundle), secrets: [], keyFile: path, kustomizations: [], changed: changed && !request.dryRun }
  } finally {
    world.close()
  }
}
