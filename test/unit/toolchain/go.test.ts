import { describe, expect, test } from 'vitest'
import { goEnvironment, goFailure } from '../../../src/sandbox/toolchain/go.ts'

describe('the environment of go', () => {
  test("the user's build settings do not reach a build", () => {
    const user = {
      GOFLAGS: '-tags=x -mod=mod',
      GOWORK: '/w/go.work',
      GOTOOLCHAIN: 'auto',
      CGO_ENABLED: '1',
      GOOS: 'plan9',
      GOEXPERIMENT: 'x',
    }

    const env = goEnvironment(user)

    expect(env).toMatchObject({ GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' })
    expect(env.GOOS).not.toBe('plan9')
    expect(env).not.toHaveProperty('GOEXPERIMENT')
  })

  test('where modules come from stays the user’s to say', () => {
    const user = {
      GOPROXY: 'https://goproxy.example',
      GONOSUMDB: 'example.com',
      GOMODCACHE: '/m',
      GOCACHE: '/c',
      HTTPS_PROXY: 'http://p:1',
    }

    expect(goEnvironment(user)).toMatchObject(user)
  })
})

describe('what go complained about', () => {
  test.each([
    ['go-too-old', 'go: go.mod requires go >= 1.26.0 (running go 1.22.1; GOTOOLCHAIN=local)', 'usage of an old go'],
    ['go-sum-mismatch', 'verifying x@v1: checksum mismatch\n\tdownloaded: h1:a\n\tgo.sum: h1:b\n\nSECURITY ERROR', 'a wrong sum'],
    ['disk-full', 'mkdir x: no space left on device', 'a full disk'],
    ['go-download', 'Get "https://modules.example/x": dial tcp: lookup modules.example: no such host', 'no network'],
    ['go-failed', './x.go:3:1: syntax error', 'anything else'],
  ])('%s is told from its words', (code, output) => {
    const error = goFailure(['build', '-trimpath'], output)

    expect(error.code).toBe(code)
    expect(error.hints.length).toBeGreaterThan(0)
  })

  test('an old go is named with its version and the one that is needed', () => {
    const error = goFailure(['build'], 'go: go.mod requires go >= 1.26.0 (running go 1.22.1; GOTOOLCHAIN=local)')

    expect(error.message).toContain('go 1.22.1 is too old, 1.26.0 or newer is needed')
    expect(error.hints.join()).toContain('https://go.dev/doc/install')
  })

  test('the lines about downloads do not hide the reason', () => {
    const error = goFailure(['build'], `cannot find package\n${'go: downloading example.com/x v1.0.0\n'.repeat(50)}`)

    expect(error.message).toContain('cannot find package')
    expect(error.message).not.toContain('downloading')
  })
})
