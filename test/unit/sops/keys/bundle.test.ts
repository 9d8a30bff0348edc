import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../../src/ports/secret.ts'
import { bundleKeys, bundleText, type KeyBundle, keySetText, shortRecipient } from '../../../../src/sops/keys/bundle.ts'
import { parseIdentities } from '../../../../src/sops/keys/identities.ts'
import { readBundle } from '../../../../src/sops/keys/read-bundle.ts'
import type { KeySource } from '../../../../src/sops/keys/sources.ts'
import { allOf, failure, hybrid, identity, LONG_PLUGIN_RECIPIENT, PLUGIN_IDENTITY, PLUGIN_RECIPIENT, x25519 } from './fixtures.ts'

const classical = await identity(await x25519())
const second = await identity(await x25519())
const quantum = await identity(await hybrid())
const [plugin] = await parseIdentities(`# recipient: ${PLUGIN_RECIPIENT}\n${PLUGIN_IDENTITY}`, 'test key')
const silentPlugin = await identity(PLUGIN_IDENTITY)

const secret = (name: string, entry: string): KeySource => ({ kind: 'secret', namespace: 'flux-system', name, entry })
const bundle = (sets: KeyBundle['sets']): KeyBundle => ({
  cluster: { name: 'admin@prod-eu', uid: '7b1c2f' },
  taken: '2026-11-21T03:12:00Z',
  sets,
})
const one = bundle([{ source: secret('sops-age', 'age.agekey'), identities: [classical] }])

const plain = (read: KeyBundle) => ({
  ...read,
  sets: read.sets.map(({ source, identities }) => ({
    source,
    identities: identities.map((each) => ({ ...each, secret: each.secret.reveal() })),
  })),
})
const roundTrip = async (whole: KeyBundle) => plain(await readBundle(bundleText(whole), 'backup.age'))
const reread = (text: string) => readBundle(new Secret(text), 'backup.age')

describe('the text of a bundle', () => {
  test('is a key file of which age and sops can read every line, with where each key came from', () => {
    expect(bundleText(one).reveal()).toBe(
      [
        '# flux-ops age keys, format 1',
        '# cluster: admin@prod-eu',
        '# cluster uid: 7b1c2f',
        '# taken: 2026-11-21T03:12:00Z',
        '# identities: 1',
        '',
        '# Secret flux-system/sops-age, entry age.agekey',
        `# recipient: ${classical.recipient}`,
        classical.secret.reveal(),
        '',
      ].join('\n'),
    )
  })

  test('says of an entry that Flux passes over that it does', () => {
    const text = bundleText(bundle([{ source: secret('sops-age', 'age.key'), identities: [classical] }])).reveal()

    expect(text).toContain('# Secret flux-system/sops-age, entry age.key (Flux passes over it: the name does not end in .agekey)\n')
  })

  test('names a post-quantum key by the ends of its recipient, which has 1,959 characters', () => {
    const text = bundleText(bundle([{ source: { kind: 'file', name: 'keys.txt' }, identities: [quantum] }])).reveal()

    expect(quantum.recipient).toHaveLength(1_959)
    expect(text).toContain(`# recipient: ${quantum.recipient?.slice(0, 24)}...${quantum.recipient?.slice(-16)}\n`)
    expect(text.length).toBeLessThan(400)
  })

  test.each([[[]], [[{ source: secret('sops-age', 'age.agekey'), identities: [] }]]])('is not made of nothing', async (sets) => {
    const error = await failure(Promise.resolve().then(() => bundleText(bundle(sets))))

    expect(error.code).toBe('bundle-empty')
    expect(error.hints.length).toBeGreaterThan(0)
  })

  test('of one set is a key file for its entry', async () => {
    const text = keySetText({ source: secret('sops-age', 'age.agekey'), identities: [classical, quantum] }).reveal()

    expect((await parseIdentities(text, 'entry')).map(({ recipient }) => recipient)).toEqual([classical.recipient, quantum.recipient])
    expect(text.endsWith('\n')).toBe(true)
  })
})

describe('a bundle that is read back', () => {
  test('has every set, in order, with every identity, in order', async () => {
    const whole = bundle([
      { source: secret('sops-age', 'b.agekey'), identities: [quantum, classical] },
      { source: secret('sops-age', 'a.agekey'), identities: [] },
      { source: secret('old-keys', 'keys.txt'), identities: [second, second] },
      { source: { kind: 'file', name: '/home/you/my keys, old.txt' }, identities: [plugin as typeof classical, silentPlugin] },
      { source: { kind: 'unknown' }, identities: [classical] },
    ])

    expect(await roundTrip(whole)).toEqual(plain(whole))
  })

  test('names a key once, with each place that holds it', async () => {
    const [here, there] = [secret('sops-age', 'age.agekey'), secret('spare', 'age.agekey')]
    const whole = bundle([
      { source: here, identities: [classical, classical] },
      { source: there, identities: [second, classical] },
    ])

    const keys = bundleKeys(await readBundle(bundleText(whole), 'backup.age'))

    expect(keys).toEqual([
      { kind: 'x25519', recipient: classical.recipient, sources: [here, there] },
      { kind: 'x25519', recipient: second.recipient, sources: [there] },
    ])
  })

  test('keeps any name that a cluster or a disk can give, and lets none of them forge a line', async () => {
    const unit = fc.constantFrom(...'ab1./,:#()"\\ \n\r\t\0\x1b\x7f\u2028é🙂', '\ud800')
    const name = fc.oneof(fc.string({ unit, maxLength: 20 }), fc.constantFrom('a\n# file x', 'a/b', 'x, entry y'))
    await fc.assert(
      fc.asyncProperty(name, name, name, name, async (a, b, c, d) => {
        const whole = {
          cluster: { name: a, uid: b },
          taken: c,
          sets: [
            { source: { kind: 'secret' as const, namespace: b, name: c, entry: d }, identities: [plugin as typeof classical] },
            { source: { kind: 'file' as const, name: a }, identities: [silentPlugin] },
          ],
        }
        const text = bundleText(whole).reveal()

        expect(text).toMatch(/^[\n\x20-\x7e]*$/)
        expect(text.split('\n')).toHaveLength(13)
        expect(await roundTrip(whole)).toEqual(plain(whole))
      }),
    )
  })

  test('keeps the whole recipient of a plugin, however long: nothing else tells it', async () => {
    const [long] = await parseIdentities(`# recipient: ${LONG_PLUGIN_RECIPIENT}\n${PLUGIN_IDENTITY}`, 'test key')
    const whole = bundle([{ source: { kind: 'file', name: 'keys.txt' }, identities: [long as typeof classical] }])

    expect(bundleKeys(await readBundle(bundleText(whole), 'backup.age'))[0]?.recipient).toBe(LONG_PLUGIN_RECIPIENT)
  })

  test('is not spoken for by a comment below its header', async () => {
    const text = bundleText(one).reveal().replace('# recipient', '# taken: never\n# cluster: other\n# recipient')

    expect(await reread(text)).toMatchObject({ taken: one.taken, cluster: one.cluster })
  })

  test('may have lost its newlines to Windows and may have comments of somebody else', async () => {
    const text = bundleText(one).reveal().replace('# recipient', '#\n# kept by the on-call team\n# recipient').replaceAll('\n', '\r\n')

    expect(plain(await reread(text))).toEqual(plain(one))
  })

  test('may be a key file that flux-ops did not write', async () => {
    const read = await reread(`# Secret a/b, entry c\n# public key: x\n${second.secret.reveal()}\n${classical.secret.reveal()}`)

    expect(read).toMatchObject({ cluster: undefined, taken: undefined, sets: [{ source: { kind: 'unknown' } }] })
    expect(read.sets[0]?.identities.map(({ recipient }) => recipient)).toEqual([second.recipient, classical.recipient])
  })

  const text = bundleText(bundle([{ source: secret('sops-age', 'age.agekey'), identities: [classical, second] }])).reveal()
  const key = classical.secret.reveal()

  test.each([
    ['was cut off after the first key', text.slice(0, text.indexOf(key) + key.length), 'bundle-damaged', 'holds 1 identities'],
    ['was cut off in the header', text.slice(0, text.indexOf('# identities')), 'bundle-damaged', 'holds 0 identities'],
    ['has a key cut in two', text.replace(key, key.slice(0, 30)), 'key-file-malformed', 'line 9 is a damaged identity'],
    ['has another key under a recipient', text.replace(key, quantum.secret.reveal()), 'bundle-damaged', 'line 8 names another recipient'],
    ['has a Secret that is no name', text.replace('flux-system/', '"flux/'), 'bundle-damaged', 'line 7 does not tell which Secret'],
    ['tells its cluster twice', text.replace('# taken', '# cluster: x\n# taken'), 'bundle-damaged', 'line 4'],
    ['has a key in the header', text.replace('# taken', `${key}\n# taken`), 'bundle-damaged', 'line 4 holds a key before'],
    ['is of a format to come', text.replace('format 1', 'format 2'), 'bundle-format-unknown', 'reads format 1'],
    ['is a key file without keys', '# nothing\n', 'bundle-empty', 'holds no age identity'],
  ])('is refused when it %s', async (_what, changed, code, said) => {
    const error = await failure(reread(changed))

    expect(error.code).toBe(code)
    expect(error.message).toContain('backup.age')
    expect(error.message).toContain(said)
    expect(error.hints.length).toBeGreaterThan(0)
    expect(allOf(error)).not.toContain(key.slice(16, 30))
  })
})

test('a recipient of usual length is shown whole', () => {
  expect(shortRecipient(PLUGIN_RECIPIENT)).toBe(PLUGIN_RECIPIENT)
})
