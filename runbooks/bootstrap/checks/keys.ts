// Whether the key can be had, kept, and opens what is sealed already.
import semver from 'semver'
import { sealBackup } from '../../../src/actions/keys/seal-backup.ts'
import { surveyWorkTree } from '../../../src/actions/keys/sealed-survey.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { isUnder } from '../../../src/flux/synced-paths.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { generateKey } from '../../../src/sops/keys/generate.ts'
import type { Identity } from '../../../src/sops/keys/identities.ts'
import { ageRecipients, isSealedTo } from '../../../src/sops/sealed/sealed-to.ts'
import { keySecret, keysInCluster, sealHow } from '../age.ts'
import { givenKey, keyOrigin } from '../given-key.ts'
import type { BootstrapInput } from '../input.ts'
import { fail, failOf, pass } from './results.ts'

type BootstrapCheck = Check<BootstrapInput>

const NO_SOPS = { status: 'skip', reason: 'the file has no sops' } as const

/** Keys that Flux will have: those of the cluster, else those that the file gives; [] where one is made. */
async function keysToCome(ctx: ReadContext, { file }: BootstrapInput): Promise<readonly Identity[]> {
  if (file.sops === undefined) return []
  const there = await keysInCluster(ctx, keySecret(file, file.sops))
  if (there !== undefined && there.identities.length > 0) return there.identities
  return (await givenKey(ctx, file))?.identities ?? []
}

const POST_QUANTUM_SINCE = '2.9.0'

/** Why Flux could not decrypt with one of the keys; undefined where it can with all. */
function unfit(identities: readonly Identity[], version: string): string | undefined {
  if (identities.some(({ kind }) => kind === 'plugin')) return 'a key of a plugin of age, and Flux reads none of a file that has one'
  const isOld = semver.lt(version, POST_QUANTUM_SINCE)
  return isOld && identities.some(({ kind }) => kind === 'hybrid') ? `a post-quantum key, and Flux ${version} reads none` : undefined
}

export const ageKeyAgrees: BootstrapCheck = {
  id: 'age-key-agrees',
  title: 'the key of the file is the key of the cluster',
  severity: 'error',
  probe: async (ctx, { file }) => {
    if (file.sops === undefined) return NO_SOPS
    const id = keySecret(file, file.sops)
    const { key } = file.sops
    try {
      const there = await keysInCluster(ctx, id)
      if (there !== undefined && there.secret.problems.length > 0) return { status: 'unknown', cause: there.secret.problems.join('; ') }
      const held = (there?.identities ?? []).map(({ recipient }) => recipient)
      const from = keyOrigin(file.sops)
      const identities = (await givenKey(ctx, file))?.identities ?? []
      const given = identities.map(({ recipient }) => recipient)
      const why = unfit(identities, file.flux.version)
      if (why !== undefined)
        return fail('age-key-agrees', `${from} has ${why}`, [`another key, or Flux ${POST_QUANTUM_SINCE} or newer for a post-quantum one`])
      if (key.recipient !== undefined && ![...held, ...given].includes(key.recipient) && held.length + given.length > 0)
        return fail('age-key-agrees', `neither Secret ${id} nor ${from ?? 'the file'} has the key of ${key.recipient}`, [
          'sops.key.recipient of the file',
        ])
      const lacking = given.filter((recipient) => held.length > 0 && !held.includes(recipient))
      if (lacking.length > 0)
        return fail('age-key-agrees', `Secret ${id} holds other keys, and not that of ${lacking.join(', ')}: it is not overwritten`, [
          'another name:  sops.secretName of the file',
          'is it the right cluster?',
        ])
      return pass(held.length > 0 ? `Secret ${id} has it already` : given.length > 0 ? `${given.length} in ${from}` : 'a new one is made')
    } catch (error) {
      return failOf('age-key-agrees', error)
    }
  },
}

export const sealedFilesOpen: BootstrapCheck = {
  id: 'sealed-files-open',
  title: 'what is sealed in the folder opens with the key',
  severity: 'error',
  probe: async (ctx, input) => {
    const { file, repo } = input
    const empty = (await ctx.git.tracked(repo)).length === 0
    if (empty) return pass('nothing is sealed yet')
    const survey = await surveyWorkTree(ctx, repo)
    const folder = file.git.path === '.' ? '' : file.git.path
    const sealed = survey.files.filter(({ path }) => isUnder(path, folder))
    if (sealed.length === 0) return pass('nothing is sealed yet')
    const keys = (await keysToCome(ctx, input)).flatMap(({ recipient }) => recipient ?? [])
    const items = sealed
      .filter((one) => ageRecipients(one).length > 0 && !keys.some((recipient) => isSealedTo(one, recipient)))
      .map((one): CheckItem => ({ where: one.path, what: `is sealed to ${ageRecipients(one).join(', ')}` }))
    if (items.length === 0) return pass(`${sealed.length} files`)
    return fail(
      'sealed-files-open',
      `${items.length} of ${sealed.length} sealed files would not open: ${keys.length === 0 ? 'a new key opens nothing that is sealed already' : 'the key is another one'}`,
      ['the key that opens them:  sops.key.file or sops.key.backup of the file', 'flux-ops age restore puts back what a backup has'],
      items.slice(0, 20),
    )
  },
}

export const backupPossible: BootstrapCheck = {
  id: 'backup-possible',
  title: 'a backup of the key can be sealed as it was asked for',
  severity: 'error',
  probe: async (ctx, { file }) => {
    const backup = file.sops?.backup
    if (backup === undefined) return { status: 'skip', reason: 'no backup is asked for' }
    try {
      // Of a key that is thrown away.
      const identities = [await generateKey('x25519')]
      const source = { kind: 'secret' as const, namespace: '', name: '', entry: '' }
      const bundle = { cluster: undefined, taken: ctx.clock.now().toISOString(), sets: [{ source, identities }] }
      const { reopened } = await sealBackup(ctx, bundle, sealHow(ctx, backup))
      return pass(
        `to ${backup.out}${reopened ? ', opened again' : '; only who has the key of its recipients can open it: flux-ops age drill'}`,
      )
    } catch (error) {
      return failOf('backup-possible', error)
    }
  },
}
