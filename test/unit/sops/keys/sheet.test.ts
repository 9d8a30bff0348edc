import { describe, expect, test } from 'vitest'
import type { Secret } from '../../../../src/ports/secret.ts'
import { shortRecipient } from '../../../../src/sops/keys/bundle.ts'
import { fileRecord } from '../../../../src/sops/keys/manifest.ts'
import { verifyShare } from '../../../../src/sops/keys/share-text.ts'
import { splitIntoShares } from '../../../../src/sops/keys/shares.ts'
import { failure } from './fixtures.ts'
import { armor, byShares, key, labels, office, page, printed, quantum, read, sealedPage, sealedTo, sharePage, text } from './sheets.ts'

describe('a sheet', () => {
  test.each([
    ['with a sealed backup', sealedPage],
    ['with a share', sharePage],
  ])('%s needs no network and runs nothing', (_what, html) => {
    expect(html).toMatch(/^<!doctype html>/)
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/<script|<link|<img|https?:|url\(|@import|\son\w+=/i)
  })

  test('says what it is, whose keys it holds, what opens it and what was proven', () => {
    const shown = printed(sealedPage)

    for (const said of [
      'Backup of age keys',
      'prod-eu (uid 7b1c2f0a',
      '2026-11-21T03:12:00Z, by flux-ops 0.1.0',
      `${office.recipient} (office safe)`,
      `${key.recipient}Secret flux-system/sops-age, entry age.agekey`,
      'opened 41 of 41 encrypted files at commit 41d2c0e',
      `sha256 ${fileRecord('backup.age', armor).sha256}`,
    ])
      expect(shown.replaceAll('\n', '')).toContain(said)
  })

  test('says how to recover with age, sops and kubectl, and with flux-ops', () => {
    for (const command of [
      'umask 077; age --decrypt --identity PRIVATE-KEY-FILE backup.age &gt; keys.txt',
      'SOPS_AGE_KEY_FILE=keys.txt sops decrypt FILE',
      'kubectl -n flux-system create secret generic sops-age --from-file=age.agekey=keys.txt',
      'flux-ops age drill FILE',
      'flux-ops age restore FILE',
    ])
      expect(sealedPage).toContain(`<code>${command}</code>`)
  })

  test('with a passphrase says that age asks for it', async () => {
    const html = await page({ how: 'passphrase' }, { kind: 'sealed', text: armor })

    expect(html).toContain('age --decrypt backup.age &gt; keys.txt')
    expect(html).toContain('age asks for the passphrase')
  })

  test('of a share says that it opens nothing alone, how many are needed and what it is made of', () => {
    const shown = printed(sharePage)

    expect(shown).toContain('Share 1 of 3 of a backup of age keys')
    expect(shown).toContain('Alone it opens nothing; any 2 together open everything')
    expect(shown).toContain('flux-ops age restore FILE FILE')
    expect(shown).toContain('GF(2^8)')
  })

  test('holds no key in clear', () => {
    expect(sealedPage + sharePage).not.toContain('AGE-SECRET-KEY')
  })

  test('lets no name out of its place', async () => {
    const nasty = `<img src=x onerror="alert(1)">'&\u202e\u0000`
    const html = await page(
      { how: 'recipients', to: [{ recipient: office.recipient ?? '', kind: 'x25519', name: nasty }] },
      { kind: 'sealed', text: armor },
      {
        cluster: { name: nasty, uid: nasty },
        fluxOps: nasty,
        keys: [{ recipient: key.recipient, kind: 'x25519', sources: [{ kind: 'secret', namespace: '$(id)', name: '`id`', entry: nasty }] }],
        files: [{ ...fileRecord('x', ''), name: nasty }],
        proof: { opened: 1, files: 1, commit: nasty, at: nasty },
      },
    )

    expect(html).not.toMatch(/<img|\u202e|\0/)
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;&lt;U+202E&gt;&lt;U+0000&gt;')
    expect(html).toContain('kubectl -n flux-system create secret generic sops-age ')
    expect(read(html)).toEqual({ kind: 'sealed', text: armor })
  })

  test('of a share whose cluster has a name like HTML gives the same share back', async () => {
    const [odd] = await splitIntoShares(text, {
      count: 2,
      threshold: 2,
      taken: '2026-11-21T03:12:00Z',
      labels: { ...labels, cluster: `<b>'a&amp;"` },
    })
    const back = read(await page(byShares, { kind: 'share', text: odd as Secret }))

    expect(verifyShare(back.text as Secret, 'sheet.html')).toMatchObject({ doubts: [], labels: { cluster: `<b>'a&amp;"` } })
  })

  test('is not made of more than anybody could type', async () => {
    const error = await failure(page(sealedTo, { kind: 'sealed', text: `BEGIN\n${'x\n'.repeat(1_000)}END` }))

    expect(error.code).toBe('sheet-too-large')
  })
})

test('the short form of a recipient is what a sheet shows of a post-quantum one', async () => {
  const html = await page(
    { how: 'recipients', to: [{ recipient: quantum.recipient ?? '', kind: 'hybrid' }] },
    { kind: 'sealed', text: armor },
  )

  expect(html).toContain(shortRecipient(quantum.recipient ?? ''))
  expect(html).not.toContain(quantum.recipient)
})
