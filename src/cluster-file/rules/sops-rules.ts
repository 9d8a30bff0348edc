// Keys, what is sealed to them, and the folders that are made. A key that nobody could bring back encrypts nothing.
import semver from 'semver'
import { duplicates } from './git-rules.ts'
import { oneOfThem, type Rule, when } from './model.ts'

const POST_QUANTUM_SINCE = '2.9.0'

const keys: Rule = (question) => {
  const { file, has } = question
  const { key } = file.sops ?? {}
  const version = file.flux?.version
  return [
    ...oneOfThem(
      question,
      'sops.key',
      ['generate', 'file', 'backup'],
      ['does not say which key', 'generate: x25519, file: FILE or backup: {…}'],
    ),
    ...when(
      key?.generate === 'post-quantum' && version !== undefined && semver.lt(version, POST_QUANTUM_SINCE),
      'sops.key.generate',
      `is post-quantum, and Flux ${version} cannot open what is sealed to such a key`,
      `generate: x25519, or Flux ${POST_QUANTUM_SINCE} or newer`,
    ),
    ...when(
      has('sops.key.recipient') && has('sops.key.generate'),
      'sops.key.recipient',
      'cannot be known of a key that is yet to be made',
      'take it out',
    ),
  ]
}

/** A backup that the key comes out of, and what opens it: all that is needed, and nothing beside it. */
const opened: Rule = (question) => {
  const { file, has } = question
  const from = file.sops?.key?.backup
  // What is no mapping at all is told by the schema.
  if (from === undefined) return []
  const { file: sealed, identityFile, shares = [] } = from
  const at = 'sops.key.backup'
  const ways = ['identityFile', 'passphraseEnv']
  const needsNothing = has(`${at}.shares`) && !has(`${at}.file`)
  return [
    ...oneOfThem(question, at, ['file', 'shares'], ['does not say where it is', 'file: FILE, or shares: [FILE, FILE]']),
    ...(has(`${at}.file`)
      ? oneOfThem(question, at, ways, ['does not say what opens it', 'identityFile: FILE or passphraseEnv: NAME'])
      : []),
    ...ways.flatMap((way) =>
      when(needsNothing && has(`${at}.${way}`), `${at}.${way}`, 'opens a sealed file, and shares open without it', 'take it out'),
    ),
    ...when(
      sealed !== undefined && sealed === identityFile,
      `${at}.identityFile`,
      'is the backup itself, and nothing opens itself',
      'the key file of one of its recipients',
    ),
    ...duplicates(shares, `${at}.shares`),
  ]
}

const backup: Rule = (question) => {
  const { file, has } = question
  const { key, backup: made } = file.sops ?? {}
  const { shares, recipients = [] } = made ?? {}
  return [
    ...when(
      key?.generate !== undefined && !has('sops.backup'),
      'sops.backup',
      'is missing: a key that is made is backed up before it encrypts anything',
      'backup: with recipients, shares or passphraseEnv, and out',
    ),
    ...oneOfThem(
      question,
      'sops.backup',
      ['recipients', 'shares', 'passphraseEnv'],
      ['does not say who can open it', 'recipients: [age1…], shares: {of: 5, needed: 3} or passphraseEnv: NAME'],
    ),
    ...when(
      recipients.length > 0 && key?.recipient !== undefined && recipients.every((each) => each === key.recipient),
      'sops.backup.recipients',
      'has only the key itself: who has lost it could not open the backup',
      'add a recipient whose key is kept elsewhere',
    ),
    ...when(
      shares?.of !== undefined && shares.needed !== undefined && shares.needed > shares.of,
      'sops.backup.shares.needed',
      `is more than there are: ${shares?.needed} of ${shares?.of} can never come together`,
      'needed: at most as many as of',
    ),
    ...duplicates(recipients, 'sops.backup.recipients'),
  ]
}

const sealedManifests: Rule = ({ file, has }) => {
  const secrets = file.secrets ?? []
  return [
    ...when(
      secrets.length > 0 && !has('sops'),
      'secrets',
      'are encrypted, and there is no sops with the key that opens them',
      'sops: with key.file or key.backup',
    ),
    ...when(
      secrets.length > 0 && file.sops?.key?.generate !== undefined,
      'secrets',
      'are encrypted already, and a key that is only made now opens none of them',
      'sops.key.file or sops.key.backup',
    ),
    ...secrets.flatMap((path, index) =>
      when(
        !/\.(ya?ml|json)$/.test(path),
        `secrets.${index}`,
        'is no manifest: .yaml, .yml or .json',
        'the file that sops encrypted, such as deploy-key.sops.yaml',
      ),
    ),
    ...duplicates(secrets, 'secrets'),
  ]
}

const CI_OF: Readonly<Record<string, string>> = { github: 'github', gitlab: 'gitlab', gitea: 'forgejo' }

const folders: Rule = ({ file: { layout, flux } }) => {
  const style = flux?.style
  const none = layout !== undefined && (layout.kind ?? 'none') === 'none'
  const ci = layout?.ci
  const fitting = style === undefined ? undefined : CI_OF[style]
  return [
    ...when(
      layout?.kind === 'oci' && style !== undefined && style !== 'kustomize',
      'layout.kind',
      `is oci, where Flux keeps itself by its OCI artifact; style ${style} keeps it another way, and both would fight`,
      'style: kustomize, or kind: layers',
    ),
    ...when(none && layout?.sampleApp === true, 'layout.sampleApp', 'has no place: kind is none', 'kind: layers, overlays or oci'),
    ...when(
      none && layout?.substitutionOptOut === true,
      'layout.substitutionOptOut',
      'has no place: kind is none',
      'kind: layers, overlays or oci',
    ),
    ...when(
      fitting !== undefined && ci !== undefined && ci !== 'none' && ci !== fitting,
      'layout.ci',
      `is a workflow of ${ci}, and the repository lies on ${style}`,
      `ci: ${fitting}`,
    ),
  ]
}

export const sopsRules: readonly Rule[] = [keys, opened, backup, sealedManifests, folders]
