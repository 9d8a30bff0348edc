import { describe, expect, test } from 'vitest'
import { forgePlace, knownForge, placeAt } from '../../../src/flux/forge-places.ts'

describe('the place of a repository on its forge', () => {
  test.each([
    ['https://github.com/acme/home-ops.git', 'https://github.com', 'acme/home-ops'],
    ['git@github.com:acme/home-ops.git', 'https://github.com', 'acme/home-ops'],
    ['ssh://git@ssh.github.com:443/acme/home-ops.git', 'https://github.com', 'acme/home-ops'],
    ['https://gitlab.com/group/sub/home-ops', 'https://gitlab.com', 'group/sub/home-ops'],
    ['ssh://git@git.example.org:2222/acme/home-ops.git', 'https://git.example.org', 'acme/home-ops'],
    ['http://127.0.0.1:3000/sandbox/home-ops.git', 'http://127.0.0.1:3000', 'sandbox/home-ops'],
    ['https://user@git.example.org/acme/home-ops/', 'https://git.example.org', 'acme/home-ops'],
  ])('of %s is known from the address', (remote, url, path) => {
    expect(forgePlace(remote)).toMatchObject({ url, path })
  })

  test.each(['/srv/git/home-ops.git', 'file:///srv/home-ops.git', '../home-ops', 'https://git.example.org/home-ops', ''])(
    'is not known for %j, which is no repository of a forge',
    (remote) => {
      expect(forgePlace(remote)).toBeUndefined()
    },
  )

  test('is below the path at which the pages are', () => {
    const place = forgePlace('https://example.org/forge/acme/home-ops.git')

    expect(place && placeAt(place, 'https://example.org/forge/')).toMatchObject({ url: 'https://example.org/forge', path: 'acme/home-ops' })
  })

  test('is of a kind that is known for the public forges only', () => {
    expect(['github.com', 'gitlab.com', 'codeberg.org', 'git.example.org'].map(knownForge)).toEqual([
      'github',
      'gitlab',
      'gitea',
      undefined,
    ])
  })
})
