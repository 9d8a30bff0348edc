import { describe, expect, test } from 'vitest'
import { assertFile, fileRecord, type Manifest, manifestKeys, manifestText, readManifest } from '../../../../src/sops/keys/manifest.ts'
import { allOf, failure, identity, PLUGIN_RECIPIENT, x25519 } from './fixtures.ts'

const line = await x25519()
const key = await identity(line)
const source = { kind: 'secret' as const, namespace: 'flux-system', name: 'sops-age', entry: 'age.agekey' }
const manifest: Omit<Manifest, 'format'> = {
  created: '2026-11-21T03:12:00Z',
  fluxOps: '0.1.0',
  cluster: { name: 'prod-eu', uid: '7b1c' },
  keys: manifestKeys([
    { kind: key.kind, recipient: key.recipient, sources: [source] },
    { kind: 'plugin', recipient: undefined, sources: [{ kind: 'file', name: 'keys.txt' }] },
  ]),
  sealed: { how: 'recipients', to: [{ recipient: PLUGIN_RECIPIENT, kind: 'plugin', name: 'office safe' }] },
  files: [fileRecord('backup.age', 'sealed text'), fileRecord('sheet.html', new Uint8Array([1, 2, 3]))],
  proof: { opened: 41, files: 41, commit: '41d2c0e', at: '2026-11-21T03:12:05Z' },
}
const written = manifestText(manifest)
const reading = (text: string) => failure(Promise.resolve().then(() => readManifest(text, 'manifest.json')))
const changed = (change: (value: Record<string, unknown>) => void): string => {
  const value = JSON.parse(written) as Record<string, unknown>
  change(value)
  return JSON.stringify(value)
}

describe('a manifest', () => {
  test.each([
    ['recipients', manifest.sealed],
    ['a passphrase', { how: 'passphrase' as const }],
    ['shares', { how: 'shares' as const, set: '36H9CCRVQ1NCYDME', count: 5, threshold: 3 }],
  ])('of a backup sealed by %s comes back as it was written', (_how, sealed) => {
    expect(readManifest(manifestText({ ...manifest, sealed }), 'manifest.json')).toEqual({ format: 'flux-ops-keys/1', ...manifest, sealed })
  })

  test('names keys by their recipients and holds none of them', () => {
    expect(written).toContain(key.recipient)
    expect(written).not.toContain('AGE-SECRET-KEY')
  })

  test('is not written with a private key where a recipient belongs', () => {
    expect(() => manifestText({ ...manifest, keys: [{ kind: 'x25519', recipient: line, sources: [] }] })).toThrow()
  })

  test('may have fields that a later flux-ops of the same format adds', () => {
    expect(
      readManifest(
        changed((value) => Object.assign(value, { more: 1 })),
        'manifest.json',
      ).fluxOps,
    ).toBe('0.1.0')
  })

  test.each([
    [
      'of a format to come',
      changed((value) => Object.assign(value, { format: 'flux-ops-keys/2' })),
      'manifest-format-unknown',
      'flux-ops-keys/1',
    ],
    [
      'of something else',
      changed((value) => Object.assign(value, { format: 'flux-ops-plan/1' })),
      'manifest-unreadable',
      'format is missing',
    ],
    ['without keys', changed((value) => Object.assign(value, { keys: [] })), 'manifest-unreadable', 'keys is missing'],
    ...['../../keys.txt', '/keys.txt', '..', '.', '', 'a\\b'].map((name): [string, string, string, string] => [
      `with a file that is somewhere else (${name})`,
      changed((value) => Object.assign(value, { files: [fileRecord(name, '')] })),
      'manifest-unreadable',
      'files.0.name',
    ]),
    ['that is no JSON', `{ ${line}`, 'manifest-unreadable', 'it is not JSON'],
    ['that is nothing', 'null', 'manifest-unreadable', 'does not have the shape of one'],
    ['that is far too large', ' '.repeat(2 ** 20 + 1), 'manifest-unreadable', 'larger than 1 MiB'],
  ])('%s is refused and named', async (_what, text, code, said) => {
    const error = await reading(text)

    expect(error.code).toBe(code)
    expect(error.message).toContain('manifest.json')
    expect(error.message).toContain(said)
    expect(error.hints.length).toBeGreaterThan(0)
    expect(allOf(error)).not.toContain(line.slice(16, 30))
  })
})

describe('a file of a backup', () => {
  const held = readManifest(written, 'manifest.json')
  const checking = (name: string, content: string) => failure(Promise.resolve().then(() => assertFile(held, name, content)))

  test('holds when it is as it was written', () => {
    expect(() => assertFile(held, 'backup.age', 'sealed text')).not.toThrow()
    expect(() => assertFile(held, 'sheet.html', Buffer.of(1, 2, 3))).not.toThrow()
  })

  test.each([
    ['changed', 'sealed texT', 'its checksum does not hold'],
    ['cut off', 'sealed', 'it has 6 bytes, and had 11'],
  ])('does not hold when it was %s', async (_how, content, said) => {
    const error = await checking('backup.age', content)

    expect(error.code).toBe('backup-file-damaged')
    expect(error.message).toMatch(/^backup\.age is not as it was written/)
    expect(error.message).toContain(said)
  })

  test('does not hold when the manifest does not know it', async () => {
    const error = await checking('other.age', 'x')

    expect(error).toMatchObject({ code: 'backup-file-unknown' })
    expect(error.message).toContain('backup.age, sheet.html')
  })
})
