// Runs the go command with settings of our own: the same inputs give the same binary, whatever the user's Go settings are.
// The user's GOPROXY, GONOSUMDB, GOMODCACHE and GOCACHE are respected: where modules come from is theirs to say.
import { spawn } from 'node:child_process'
import { OpsError } from '../../errors.ts'

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  arm64: 'arm64',
  arm: 'arm',
  s390x: 's390x',
  ppc64: 'ppc64le',
  riscv64: 'riscv64',
  loong64: 'loong64',
}
const PLATFORMS: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' }

export const goPlatform = (): string => `${PLATFORMS[process.platform] ?? process.platform}/${ARCHITECTURES[process.arch] ?? process.arch}`

/** Environment for go; every variable that changes the result is set, and not empty, as go reads an empty one from its own settings file. */
export const goEnvironment = (base: NodeJS.ProcessEnv, cgo = false): NodeJS.ProcessEnv => {
  const [GOOS, GOARCH] = goPlatform().split('/')
  const env: NodeJS.ProcessEnv = {
    ...base,
    GOOS,
    GOARCH,
    GOFLAGS: '-mod=readonly -buildvcs=false',
    GOWORK: 'off',
    GOTOOLCHAIN: 'local',
    GO111MODULE: 'on',
    CGO_ENABLED: cgo ? '1' : '0',
  }
  delete env.GOEXPERIMENT
  return env
}

export interface GoRun {
  readonly args: readonly string[]
  readonly cwd: string
  readonly signal?: AbortSignal | undefined
  /** For sources that hold C. */
  readonly cgo?: boolean
}

const KEPT = 256 * 1024

const collect = (stream: NodeJS.ReadableStream): (() => string) => {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-KEPT)
  })
  return () => text
}

/** Runs go and returns its standard output. Throws OpsError: `go-missing`, `cc-missing`, `go-too-old`, `go-sum-mismatch`, `go-download`, `disk-full` or `go-failed`. */
export const runGo = ({ args, cwd, signal, cgo = false }: GoRun): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd, env: goEnvironment(process.env, cgo), stdio: ['ignore', 'pipe', 'pipe'], signal })
    const stdout = collect(child.stdout)
    const stderr = collect(child.stderr)
    child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? goMissing(error) : error))
    child.on('close', (code) => (code === 0 ? resolve(stdout()) : reject(goFailure(args, stderr() || stdout()))))
  })

const INSTALL = 'install Go 1.26 or newer: https://go.dev/doc/install'

const goMissing = (cause: unknown): OpsError =>
  new OpsError({
    code: 'go-missing',
    message: 'go is not installed, and the sandbox is built with it',
    hints: [INSTALL],
    exit: 'usage',
    cause,
  })

const lastLines = (text: string, count: number): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('go: downloading '))
    .slice(-count)
    .join('\n  ')

/** Tells a user's mistake from a broken network from a wrong source, by go's own words. */
export const goFailure = (args: readonly string[], output: string): OpsError => {
  const said = lastLines(output, 6)
  const fail = (code: string, message: string, ...hints: string[]) => new OpsError({ code, message: `${message}\n  ${said}`, hints })
  const tooOld = /requires go >= ([\d.]+)[^\n]*\(running go ([\d.]+)/.exec(output)
  if (tooOld) return fail('go-too-old', `go ${tooOld[2]} is too old, ${tooOld[1]} or newer is needed`, INSTALL)
  if (/checksum mismatch|SECURITY ERROR/.test(output))
    return fail(
      'go-sum-mismatch',
      'a Go module is not the one that is pinned',
      'go clean -modcache, then try again; if it stays, look at what GOPROXY points to',
    )
  if (/C compiler "[^"]*" not found/.test(output))
    return fail('cc-missing', 'a C compiler is needed to build this tool', 'install gcc, then run the same command again')
  if (/no space left on device/.test(output))
    return fail('disk-full', 'the disk is full', 'free about 8 GB for the Go caches: go clean -cache')
  if (/dial tcp|proxyconnect|i\/o timeout|no such host|TLS handshake|connection re(set|fused)|unexpected EOF|: 50[234] /.test(output))
    return fail(
      'go-download',
      'a Go module could not be downloaded',
      'look at the network and at GOPROXY (go env GOPROXY), then run the same command again; it goes on where it stopped',
    )
  return fail('go-failed', `go ${args.slice(0, 2).join(' ')} failed`, 'run the same command again; it goes on where it stopped')
}
