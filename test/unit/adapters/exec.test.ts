import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createExec, type ExecOptions } from '../../../src/adapters/exec.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Exec } from '../../../src/ports/exec.ts'
import { Secret } from '../../../src/ports/secret.ts'

let bin: string

beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'flux-ops-exec-'))
})

afterEach(() => rm(bin, { recursive: true, force: true }))

/** Puts a shell script in PATH under the name of a tool. */
const tool = async (name: string, script: string): Promise<void> => {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(bin, name), 0o755)
}

const exec = (options: Partial<ExecOptions> = {}): Exec =>
  createExec({ env: { PATH: `${bin}:/usr/bin:/bin` }, redactor: createRedactor(), ...options })

const failureOf = async (promise: Promise<unknown>): Promise<OpsError> => {
  const error = await promise.then(() => undefined).catch((thrown: unknown) => thrown)
  if (!(error instanceof OpsError)) throw new Error(`expected an OpsError, got ${String(error)}`)
  return error
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('not within 10 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('arguments reach the tool one by one, with no shell in between', async () => {
  await tool('age', 'for a in "$@"; do echo "[$a]"; done')

  const { stdout } = await exec().run({ tool: 'age', args: ['a b', '$(id)', "it's", '*'], effect: 'read' })

  expect(stdout).toBe("[a b]\n[$(id)]\n[it's]\n[*]\n")
})

test('a failure names the tool, its arguments and the last lines it said', async () => {
  await tool('kubectl', 'echo first >&2; echo "no such thing" >&2; exit 3')

  const error = await failureOf(exec().run({ tool: 'kubectl', args: ['get', 'x'], effect: 'read' }))

  expect(error.code).toBe('tool-failed')
  expect(error.message).toContain('kubectl get x')
  expect(error.message).toContain('exit 3')
  expect(error.message).toContain('no such thing')
})

test('a failure that is allowed is returned', async () => {
  await tool('git', 'exit 7')

  expect((await exec().run({ tool: 'git', args: [], effect: 'read', allowFailure: true })).exitCode).toBe(7)
})

test('a missing tool says what to install and from which version on', async () => {
  const error = await failureOf(exec({ env: { PATH: bin } }).run({ tool: 'sops', args: [], effect: 'read' }))

  expect(error.code).toBe('tool-missing')
  expect(error.hints[0]).toContain('sops 3.9')
})

test('a missing working folder is not taken for a missing tool', async () => {
  await tool('git', 'true')

  expect((await failureOf(exec().run({ tool: 'git', args: [], effect: 'read', cwd: join(bin, 'nope') }))).code).toBe('file-missing')
})

test("a person's own diff program does not answer for kubectl diff: its exit code need not tell of a difference", async () => {
  await tool('kubectl', 'echo "program: [$KUBECTL_EXTERNAL_DIFF] editor: [$KUBE_EDITOR]"')
  const env = { PATH: `${bin}:/usr/bin:/bin`, KUBECTL_EXTERNAL_DIFF: 'dyff between', KUBE_EDITOR: 'vi' }

  const { stdout } = await exec({ env }).run({ tool: 'kubectl', args: ['diff'], effect: 'read' })

  expect(stdout).toBe('program: [] editor: [vi]\n')
})

test('secrets reach the tool by stdin and environment, and never its error', async () => {
  await tool('age', 'read line; echo "$line and $TOKEN" >&2; exit 1')
  const stdin = new Secret('correct-horse-battery')
  const env = { TOKEN: new Secret('staple-staple-staple') }

  const error = await failureOf(exec().run({ tool: 'age', args: [], effect: 'read', stdin, env }))

  expect(error.message).toContain('[redacted] and [redacted]')
  expect(error.message).not.toContain('horse')
  expect(error.message).not.toContain('staple')
})

test('a tool that does not end is ended with everything it started', async () => {
  const pid = join(bin, 'pid')
  await tool('helm', `sleep 1000 & echo $! > ${pid}; wait`)

  const error = await failureOf(exec().run({ tool: 'helm', args: [], effect: 'read', timeoutMs: 300 }))

  expect(error.code).toBe('tool-timeout')
  const child = Number(await readFile(pid, 'utf8'))
  await until(async () => !(await isRunning(child)))
})

/** A zombie that nobody reaped counts as ended. */
const isRunning = async (pid: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat !== '' && stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z'
}

test('an interrupted run ends the tool that is under way', async () => {
  await tool('helm', 'sleep 1000')
  const controller = new AbortController()
  const running = failureOf(exec({ signal: controller.signal }).run({ tool: 'helm', args: [], effect: 'read' }))

  setTimeout(() => controller.abort('SIGINT'), 100)

  const error = await running
  expect(error.code).toBe('interrupted')
  expect(error.exit).toBe('interrupted')
})

test('kubectl and flux always name the context, unless the caller did', async () => {
  await tool('kubectl', 'echo "$@"')
  const tools = exec({ context: 'prod' })

  const added = await tools.run({ tool: 'kubectl', args: ['get', 'pods'], effect: 'read' })
  const own = await tools.run({ tool: 'kubectl', args: ['get', 'pods', '--context=dev'], effect: 'read' })

  expect(added.stdout).toBe('--context prod get pods\n')
  expect(own.stdout).toBe('get pods --context=dev\n')
})

test('the kubeconfig that was named reaches the tools, and what would mislead git does not', async () => {
  await tool('git', 'echo "$KUBECONFIG|$GIT_DIR|$FLUX_OPS_X|$http_proxy"')
  const env = { PATH: `${bin}:/usr/bin:/bin`, GIT_DIR: '/elsewhere', FLUX_OPS_X: '1', http_proxy: 'http://proxy' }

  const { stdout } = await exec({ env, kubeconfig: '/k/config' }).run({ tool: 'git', args: [], effect: 'read' })

  expect(stdout).toBe('/k/config|||http://proxy\n')
})

test('a command is shown as a person would type it, without its secrets', () => {
  const shown = exec({ context: 'my ctx' }).show({
    tool: 'kubectl',
    args: ['apply', '-f', "it's.yaml"],
    effect: 'write',
    cwd: '/a b',
    env: { TOKEN: new Secret('very-secret-value') },
  })

  expect(shown).toBe(`(cd '/a b' && TOKEN=… kubectl --context 'my ctx' apply -f 'it'\\''s.yaml')`)
})

test('a kubectl that found no API server fails as unreachable, so that it can be tried again', async () => {
  await tool('kubectl', 'for i in 1 2 3; do echo "The connection to the server 127.0.0.1:1 was refused - did you?" >&2; done; exit 1')

  const error = await failureOf(exec().run({ tool: 'kubectl', args: ['apply'], effect: 'write' }))

  expect(error.code).toBe('kube-unreachable')
  expect(error.message.match(/was refused/g)).toHaveLength(1)
})

test('scratch files and links are there while the tool runs, in a folder of nobody else, and gone after it', async () => {
  await tool('kubectl', 'pwd; cat a.yaml; ls link; stat -c %a .')
  await writeFile(join(bin, 'seen'), '')

  const { stdout } = await exec().run({
    tool: 'kubectl',
    args: [],
    effect: 'read',
    scratch: { files: { 'a.yaml': 'text\n' }, links: { link: bin } },
  })

  const [folder = '', ...rest] = stdout.trim().split('\n')
  expect(rest).toEqual(['text', 'kubectl', 'seen', '700'])
  expect(folder).not.toBe(process.cwd())
  await expect(readFile(join(folder, 'a.yaml'))).rejects.toThrow('ENOENT')
})

test('what a tool leaves in its scratch folder is brought back when asked for, links and the folder itself are not', async () => {
  await tool('flux', 'mkdir sub; echo one > sub/a.yaml; ln -s /etc/hostname link')

  const { left } = await exec().run({ tool: 'flux', args: [], effect: 'read', scratch: { files: { 'b.yaml': 'two\n' }, collect: true } })

  expect(left).toEqual({ 'b.yaml': 'two\n', 'sub/a.yaml': 'one\n' })
})
