// `age restore`: opens the backup, shows what is missing where, asks, puts it back, proves it, and wakes what waited for it.
import { dirname, resolve } from 'node:path'
import { ofKind, surveyCluster } from '../../actions/cluster-survey.ts'
import { readClusterKeys } from '../../actions/keys/cluster-keys.ts'
import { type Healed, heal } from '../../actions/keys/heal.ts'
import { openBackup } from '../../actions/keys/open-backup.ts'
import { restoreSecret } from '../../actions/keys/restore.ts'
import { planRestore, type RestorePlan } from '../../actions/keys/restore-plan.ts'
import { buildContext, type OpenWorld, operatorName } from '../../adapters/context.ts'
import { localFiles } from '../../adapters/files.ts'
import { refusal } from '../../errors.ts'
import { keyOf } from '../../flux/synced-paths.ts'
import type { Context } from '../../ports/context.ts'
import { bundleText, type KeyBundle, keySetText } from '../../sops/keys/bundle.ts'
import { parseIdentities } from '../../sops/keys/identities.ts'
import type { Invocation } from '../invocation.ts'
import { createPrompt } from '../prompt.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'
import { askPassphrase } from './ask-passphrase.ts'
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
  /** What the key file lacked: recipients, or what kind of key it is where none is known. */
  readonly missing: readonly string[]
  /** What stays in the backup: keys that came from a file, and entries that Flux does not read. */
  readonly left: readonly string[]
  readonly kustomizations: readonly Healed[]
  /** Whether anything was changed. */
  readonly changed: boolean
}

const recipientsOf = ({ sets }: KeyBundle): string[] => [
  ...new Set(sets.flatMap(({ identities }) => identities.flatMap(({ recipient }) => recipient ?? []))),
]

/** What the file has stays; what it lacks is added at its end. Returns what it lacked. */
async function intoFile(path: string, bundle: KeyBundle, dryRun: boolean): Promise<string[]> {
  const text = (await localFiles.exists(path)) ? await localFiles.readText(path) : undefined
  const there = new Set((await parseIdentities(text ?? '', path)).map(({ secret }) => secret.reveal()))
  const sets = bundle.sets
    .map((set) => ({ ...set, identities: set.identities.filter(({ secret }) => !there.has(secret.reveal())) }))
    .filter(({ identities }) => identities.length > 0)
  const missing = [...new Set(sets.flatMap(({ identities }) => identities.map(({ kind, recipient }) => recipient ?? `a key of ${kind}`)))]
  if (dryRun || missing.length === 0) return missing
  if (text === undefined) {
    await localFiles.makeDir(dirname(path))
    await localFiles.createText(path, bundleText(bundle).reveal())
    return missing
  }
  const joint = text === '' || text.endsWith('\n') ? '' : '\n'
  await assertUnchanged(path, text)
  await localFiles.replaceText(path, text + joint + sets.map((set) => keySetText(set).reveal()).join(''))
  return missing
}

/** Between reading and writing another program may have added a key. */
async function assertUnchanged(path: string, text: string): Promise<void> {
  if ((await localFiles.readText(path)) !== text)
    throw refusal('key-file-changed', `${path} was changed by another program meanwhile; nothing was written`, 'restore again')
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

const resultOf = (bundle: KeyBundle, plan: RestorePlan): Omit<RestoreResult, 'kustomizations' | 'changed'> => ({
  recipients: recipientsOf(bundle),
  keyFile: null,
  missing: [],
  left: [...plan.passedOver.map((where) => `Secret ${where}`), ...plan.homeless],
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
  if (bundle.cluster?.uid !== undefined && bundle.cluster.uid !== uid)
    world.say('⚠', `the backup is of another cluster: ${bundle.cluster.name} (uid ${bundle.cluster.uid.slice(0, 8)}…)`)
  if (request.dryRun) return { ...result, kustomizations: [], changed: false }
  if (changes && !request.yes) {
    const ask = createPrompt({ signal: invocation.signal, json: request.flags.json, beforeAsking: () => undefined })
    if (!(await ask({ kind: 'apply', text: `Put them back into ${context}?`, pointsOfNoReturn: [] })))
      throw refusal(
        'restore-declined',
        'the keys were not put back: nothing was changed',
        '--dry-run shows what is missing, and asks nothing',
      )
  }
  for (const secret of plan.secrets) await restoreSecret(ctx, secret)
  return { ...result, kustomizations: await wake(ctx, plan, request.timeoutMs), changed: changes }
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
    const missing = await intoFile(path, bundle, request.dryRun)
    const changed = missing.length > 0 && !request.dryRun
    return { recipients: recipientsOf(bundle), secrets: [], keyFile: path, missing, left: [], kustomizations: [], changed }
  } finally {
    world.close()
  }
}
