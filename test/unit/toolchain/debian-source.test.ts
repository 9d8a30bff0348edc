import { describe, expect, test } from 'vitest'
import { sourceEntries } from '../../../src/sandbox/toolchain/debian-source.ts'

describe('what apt knows of the archive, as entries for sources', () => {
  test('takes lines of Debian itself, with their options, and nothing of others', () => {
    const list = [
      '# deb http://mirror.example.org/debian bookworm main',
      'deb [signed-by=/usr/share/keyrings/a.gpg] http://mirror.example.org/debian bookworm main contrib',
      'deb-src http://mirror.example.org/debian bookworm main',
      'deb http://mirror.example.org/debian-security bookworm-security main',
      'deb https://packages.example.org/tools stable main',
    ].join('\n')

    expect(sourceEntries(list, 'list')).toBe(
      'deb-src [signed-by=/usr/share/keyrings/a.gpg] http://mirror.example.org/debian bookworm main contrib',
    )
  })

  test('takes stanzas of Debian itself, and nothing of others', () => {
    const sources = [
      'Types: deb\n# a comment\nURIs: http://mirror.example.org/debian/\nSuites: bookworm\nComponents: main\nSigned-By: /usr/share/keyrings/a.gpg',
      'Types: deb\nURIs: http://mirror.example.org/debian-security\nSuites: bookworm-security\nComponents: main',
      'Types: deb deb-src\nURIs: http://another.example.org/debian\nSuites: trixie\nComponents: main',
    ].join('\n\n')

    expect(sourceEntries(sources, 'sources')).toBe(
      [
        'Types: deb-src\nURIs: http://mirror.example.org/debian/\nSuites: bookworm\nComponents: main\nSigned-By: /usr/share/keyrings/a.gpg',
        'Types: deb-src\nURIs: http://another.example.org/debian\nSuites: trixie\nComponents: main',
      ].join('\n\n'),
    )
  })

  test('is nothing where there is none', () => {
    expect([sourceEntries('', 'list'), sourceEntries('', 'sources')]).toEqual(['', ''])
  })
})
