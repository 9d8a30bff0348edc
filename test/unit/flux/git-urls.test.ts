import { describe, expect, it } from 'vitest'
import { normaliseGitUrl, sameRepository } from '../../../src/flux/git-urls.ts'
import { appliedRevision, commitOf } from '../../../src/flux/revisions.ts'
import { flux } from './objects.ts'

describe('two git URLs', () => {
  const cluster = 'ssh://git@github.com/davidharrigan/home-ops'

  it.each([
    'git@github.com:davidharrigan/home-ops.git',
    'https://github.com/davidharrigan/home-ops',
    'https://user:token@GitHub.com/DavidHarrigan/home-ops.git/',
    'ssh://git@ssh.github.com:443/davidharrigan/home-ops.git',
    'git://github.com/davidharrigan//home-ops',
  ])('name one repository in the form %s', (url) => {
    expect(sameRepository(cluster, url)).toBe(true)
  })

  it.each([
    'git@github.com:other/home-ops.git',
    'https://gitlab.com/davidharrigan/home-ops',
    '',
    'not a url',
    '/srv/git/home-ops',
    'file:///srv/git/home-ops',
    'C:/repos/home-ops',
  ])('name different ones, or none, in the form %j', (url) => {
    expect(sameRepository(cluster, url)).toBe(false)
  })

  it('on a loopback host are told apart by port', () => {
    expect(sameRepository('http://127.0.0.1:4000/fleet.git', 'http://127.0.0.1:4001/fleet.git')).toBe(false)
    expect(sameRepository('http://127.0.0.1:4000/fleet.git', 'http://u:p@127.0.0.1:4000/fleet')).toBe(true)
  })

  it('elsewhere may use two ports for one forge', () => {
    expect(sameRepository('ssh://git@git.example.org:2222/ops/fleet.git', 'https://git.example.org:8443/ops/fleet')).toBe(true)
  })

  it('never carry credentials in their normal form', () => {
    expect(normaliseGitUrl('https://user:secret@example.org/a/b.git')).toBe('example.org/a/b')
  })
})

describe('a revision', () => {
  it.each([
    ['main@sha1:0123456789012345678901234567890123456789', '0123456789012345678901234567890123456789'],
    ['main/0123456789012345678901234567890123456789', '0123456789012345678901234567890123456789'],
    ['v2.9.2@sha256:abc', undefined],
    [undefined, undefined],
  ])('%s holds the commit %s', (revision, commit) => {
    expect(commitOf(revision)).toBe(commit)
  })

  it('is read from the status of a Kustomization', () => {
    expect(appliedRevision(flux('Kustomization', 'a', { status: { lastAppliedRevision: 'main@sha1:1' } }))).toBe('main@sha1:1')
    expect(appliedRevision(flux('Kustomization', 'a'))).toBeUndefined()
  })
})
