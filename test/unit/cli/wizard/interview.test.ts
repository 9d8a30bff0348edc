// The order of the questions, the way back, and what is suggested: without a terminal, by a list of answers.
import { describe, expect, test } from 'vitest'
import type { Facts, FluxFacts } from '../../../../src/cli/wizard/facts.ts'
import { BACK } from '../../../../src/cli/wizard/model.ts'
import { QUESTIONS } from '../../../../src/cli/wizard/questions/index.ts'
import { toClusterFile } from '../../../../src/cli/wizard/to-cluster-file.ts'
import { clusterFileText } from '../../../../src/cli/wizard/write-yaml.ts'
import { inspectClusterFile } from '../../../../src/cluster-file/read.ts'
import { answered, clusterSeen, ENTER, FACTS, NEEDED, OTHER_KEY, RECIPIENT, SHOWN, UID } from './wizard-desk.ts'

const withFlux = (flux: FluxFacts): Partial<Facts> => {
  const { cluster } = clusterSeen('admin@prod-eu')
  return cluster?.status === 'seen' ? { cluster: { ...cluster, flux } } : {}
}

const STANDS = (from: Partial<NonNullable<Facts['repository']>>): Partial<Facts> => ({
  repository: { files: [], recipients: [], ...FACTS.repository, ...from },
})

describe('from the first question to the last', () => {
  test('Enter and three answers that nobody else can give are enough, and the file reads', async () => {
    const { answers, asker } = await answered()

    expect(asker.names).toEqual([
      ...['context', 'cluster', 'name', 'Flux', 'style', 'repository', 'branch', 'folder', 'access', 'host keys'],
      ...['sops key', 'backup', 'recipients', 'backup in', 'layout', 'sample app', 'workflow', 'publish'],
    ])
    const reading = inspectClusterFile(clusterFileText(toClusterFile(QUESTIONS, answers).value))
    expect(reading).toMatchObject({
      cluster: {
        metadata: { name: 'prod-eu' },
        cluster: { context: 'admin@prod-eu', uid: UID },
        flux: { version: '2.9.4', style: 'git' },
        git: {
          url: 'ssh://git@github.com/acme/fleet.git',
          path: 'clusters/prod-eu',
          auth: { ssh: { generate: 'ed25519', hostKeys: [SHOWN] } },
        },
        sops: { key: { generate: 'x25519' }, backup: { recipients: [RECIPIENT], out: '/media/usb' } },
      },
    })
  })

  test('every question says why it is asked in one line, and more when it is asked to', () => {
    for (const { ask, why, help } of QUESTIONS) {
      expect(ask).toMatch(/^[A-Z].*[?Y]|NEEDED\/OF$/)
      expect(why.length).toBeLessThanOrEqual(110)
      expect(help.length).toBeGreaterThan(0)
    }
  })

  test('none asks for a secret', () => {
    for (const { ask } of QUESTIONS.filter((each) => /token|passphrase/.test(each.ask))) expect(ask).toContain('environment variable')
  })

  test('a forge is asked for its host, repository, owner and the variable of its token, and never how to publish', async () => {
    const { answers, asker } = await answered({ ...NEEDED, style: 'github' })

    expect(asker.names).toEqual(expect.arrayContaining(['forge', 'repository', 'owner', 'access', 'token', 'host keys']))
    expect(asker.names).not.toContain('publish')
    expect(toClusterFile(QUESTIONS, answers).value).toMatchObject({
      forge: { owner: 'acme', repository: 'fleet', token: { env: 'GITHUB_TOKEN' } },
      git: { auth: { ssh: { generate: 'ed25519' } } },
    })
  })

  test.each([
    ['identity', { 'its file': '/usb/a.age', 'key of the backup': '~/r.txt' }, { file: '/usb/a.age', identityFile: '~/r.txt' }],
    ['passphrase', { 'its file': '/usb/a.age' }, { file: '/usb/a.age', passphraseEnv: 'BACKUP_PASSPHRASE' }],
    ['shares', { 'its shares': '/usb/1.txt,/usb/3.txt' }, { shares: ['/usb/1.txt', '/usb/3.txt'] }],
  ])('a key out of a backup is asked for with what opens it: %s', async (how, more, backup) => {
    const { answers, asker } = await answered({ ...NEEDED, 'sops key': 'backup', 'opened by': how, ...more })

    expect(asker.names).not.toContain('backup in')
    expect(toClusterFile(QUESTIONS, answers).value.sops).toEqual({ key: { backup } })
  })

  test('https is read with a token: no key and no host key is asked for', async () => {
    const { asker } = await answered({ ...NEEDED, repository: 'https://git.example.com/acme/fleet.git' })

    expect(asker.names).toContain('token')
    expect(asker.names).not.toContain('access')
    expect(asker.names).not.toContain('host keys')
  })
})

describe('the way back', () => {
  test('< asks the question before again, with the answer that was given', async () => {
    const { answers, asker } = await answered({ ...NEEDED, branch: ['release', ENTER], folder: [BACK, ENTER] })

    expect(asker.names.filter((name) => name === 'branch')).toHaveLength(2)
    expect(asker.prompt('branch').preset).toBe('release')
    expect(answers.branch).toBe('release')
  })

  test('< at the first question stays there, and says so', async () => {
    const { asker } = await answered({ ...NEEDED, context: [BACK, ENTER] })

    expect(asker.said.join()).toContain('This is the first question')
    expect(asker.names.filter((name) => name === 'context')).toHaveLength(2)
  })

  test('an answer about something else is no suggestion: another server, other keys', async () => {
    const silent = { hostKeys: { hostKeys: { status: 'unknown', host: 'x', why: 'silence' } } } as const
    const replies = { ...NEEDED, 'host keys': [SHOWN, OTHER_KEY], repository: [ENTER, 'ssh://git@git.example.com/a/b'] as const }
    const { interview, asker } = await answered(replies, silent)

    const answers = await interview.run('url')

    expect(asker.prompt('host keys').preset).toBeUndefined()
    expect(answers.hostKeys).toBe(OTHER_KEY)
  })

  test('one answer is changed in the end, and only what depends on it is asked again', async () => {
    const { interview, asker } = await answered({ ...NEEDED, style: ['git', 'github'] })
    const before = asker.names.length

    await interview.run('style')

    expect(asker.names.slice(before)).toEqual(['style', 'forge', 'repository', 'owner', 'token'])
  })

  test('what is refused by another answer by then is asked again', async () => {
    const { interview, asker } = await answered({ ...NEEDED, 'sops key': ['post-quantum', 'x25519'], Flux: [ENTER, '2.8.8'] })
    const before = asker.names.length

    await interview.run('version')

    expect(asker.names.slice(before)).toEqual(['Flux', 'sops key'])
  })
})

describe('which cluster', () => {
  test('one that answers and has no Flux is suggested with its uid', async () => {
    const { asker } = await answered()

    expect(asker.prompt('cluster').preset).toBe(UID)
    expect(asker.prompt('cluster').notes).toEqual(
      expect.arrayContaining([expect.stringContaining('admin@prod-eu'), expect.stringContaining(UID)]),
    )
  })

  test.each<[string, Partial<Facts>]>([
    ['a Flux runs there', withFlux({ status: 'there', says: ['Flux 2.7.3 in flux-system'], path: 'clusters/old' })],
    ['whether one runs is not known', withFlux({ status: 'unknown', why: 'not allowed' })],
    ['it does not answer', { cluster: { status: 'unknown', context: 'admin@prod-eu', why: 'connection refused' } }],
  ])('nothing is suggested where %s: a person has to choose', async (_name, cluster) => {
    const { asker } = await answered({ ...NEEDED, cluster: 'any' }, { cluster })

    expect(asker.prompt('cluster').preset).toBeUndefined()
    expect(asker.prompt('cluster').check('')).toEqual({ problem: 'nothing is chosen', hint: 'choose one with ↑ and ↓' })
  })

  test('another one than the file pinned is said, and not suggested', async () => {
    const begun = { context: 'admin@prod-eu', cluster: UID.replace('7b', '8c') }

    const { asker } = await answered({ ...NEEDED, cluster: UID }, { begun })

    expect(asker.prompt('cluster').preset).toBeUndefined()
    expect(asker.prompt('cluster').notes).toContain('✗ another cluster than the one that was pinned:')
  })

  test('the folder that a running Flux follows is suggested, with what another would do', async () => {
    const cluster = withFlux({ status: 'there', says: [], path: 'clusters/old' })

    const { asker } = await answered({ ...NEEDED, cluster: UID }, { cluster })

    expect(asker.prompt('folder').preset).toBe('clusters/old')
    expect(asker.prompt('folder').notes[0]).toContain('is pruned')
  })
})

describe('what is suggested', () => {
  test.each([
    ['v1.34.4', '2.9.4'],
    ['v1.33.2-gke.1', '2.8.8'],
    ['v1.31.0', '2.6.4'],
    ['v1.99.0', undefined],
  ])('of Kubernetes %s: Flux %s', async (kubernetes, version) => {
    const { asker } = await answered({ ...NEEDED, Flux: version ?? '2.9.4' }, { cluster: clusterSeen('admin@prod-eu', kubernetes) })

    expect(asker.prompt('Flux').preset).toBe(version)
  })

  test.each([
    ['admin@prod-eu', 'prod-eu'],
    ['arn:aws:eks:eu-west-1:1234:cluster/Prod_1', 'prod-1'],
    ['gke_project_europe-west1_main', 'main'],
    ['kind-dev', 'kind-dev'],
  ])('the context %s is called %s', async (context, name) => {
    const { asker } = await answered({ ...NEEDED, context })

    expect(asker.prompt('name').preset).toBe(name)
  })

  test.each([
    ['git@github.com:acme/fleet.git', 'ssh://git@github.com/acme/fleet.git'],
    ['ssh://git@git.example.com:2222/a/b', 'ssh://git@git.example.com:2222/a/b'],
    ['https://gitlab.com/a/b/c.git', 'https://gitlab.com/a/b/c.git'],
    ['/srv/git/fleet.git', undefined],
  ])('origin %s is suggested as %s', async (origin, url) => {
    const { asker } = await answered({ ...NEEDED, repository: url ?? 'https://git.example.com/a/b' }, { facts: STANDS({ origin }) })

    expect(asker.prompt('repository').preset).toBe(url)
  })

  test('http:// is taken from who says that it is meant, and never by Enter', async () => {
    const url = 'http://git.example.com/a/b'

    const { answers, asker } = await answered({ ...NEEDED, repository: url, 'http://': 'yes' })

    expect(asker.prompt('http://').preset).toBeUndefined()
    expect(toClusterFile(QUESTIONS, answers).value).toMatchObject({ git: { url, allowInsecure: true } })
  })

  test('files that are sealed already ask for the key that opens them, folders that are there for no layout', async () => {
    const facts = { ...STANDS({ files: ['.sops.yaml', 'clusters/prod-eu/apps.yaml'] }), ageKeyFile: '~/.config/sops/age/keys.txt' }

    const { answers } = await answered(NEEDED, { facts })

    expect(answers).toMatchObject({ sopsKey: 'file', sopsFile: '~/.config/sops/age/keys.txt', layout: 'none', path: 'clusters/prod-eu' })
  })

  test('recipients that the repository names may be typed by their names', async () => {
    const facts = STANDS({ recipients: [{ name: 'oncall', recipient: RECIPIENT }] })

    const { answers, asker } = await answered({ ...NEEDED, recipients: 'oncall' }, { facts })

    expect(asker.prompt('recipients').preset).toBe(RECIPIENT)
    expect(answers.recipients).toBe(RECIPIENT)
  })
})
