// What `recover` reads of a real API server, as who may read everything and as who may read next to nothing.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import { FLUX_KINDS } from '../../src/flux/kinds.ts'
import { openChromium } from '../helpers/chromium.ts'
import { openPage, PHONE } from '../unit/ui/picture/open-page.ts'
import { ReadingDesk } from './recover-desk.ts'

const kustomization = (namespace: string, name: string): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace },
  spec: { interval: '1h', prune: false, path: './', sourceRef: { kind: 'GitRepository', name: 'home', namespace: 'flux-system' } },
})

const namespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

/** Of a service that is not there. */
const downApi = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1.down.example' },
  spec: {
    group: 'down.example',
    version: 'v1',
    groupPriorityMinimum: 100,
    versionPriority: 100,
    insecureSkipTLSVerify: true,
    service: { name: 'nobody', namespace: 'default' },
  },
}

let desk: ReadingDesk

beforeAll(async () => {
  desk = await ReadingDesk.open('2.7.3')
  await desk.apply(namespace('flux-system'), namespace('apps'), downApi)
  await desk.kubectl('wait', '--for=condition=Available=false', '--timeout=60s', 'apiservice/v1.down.example')
  await desk.apply(kustomization('flux-system', 'here'), kustomization('apps', 'away'))
  await desk.failed('flux-system', 'here', 'kustomize build failed: \u001b[2J\u202e no such file')
  await desk.failed('apps', 'away', 'kustomize build failed')
})

afterAll(() => desk?.close())

describe('the kinds that are served', () => {
  const groups = [...new Set(FLUX_KINDS.map(({ group }) => group))]

  test.each([false, true])('are all fifteen of Flux, while the API of somebody else is down (group by group: %s)', async (plain) => {
    const served = await desk.kinds(groups, { plain })

    expect(served.map(({ kind, plural, group }) => `${kind} ${plural}.${group}`).sort()).toEqual(
      FLUX_KINDS.map(({ kind, plural, group }) => `${kind} ${plural}.${group}`).sort(),
    )
    expect(served.find(({ kind }) => kind === 'Alert')?.version).toBe('v1beta3')
    expect(served.every(({ namespaced }) => namespaced)).toBe(true)
  })

  test('cannot be told of an API that is down', async () => {
    await expect(desk.kinds(['down.example'])).rejects.toMatchObject({
      code: 'kube-error',
      message: expect.stringContaining('down.example/v1'),
    })
  })
})

describe('whoever may read everything', () => {
  test('is shown the causes of every namespace, and which cluster it is', async () => {
    const uid = await desk.kubectl('get', 'namespace', 'kube-system', '--output=jsonpath={.metadata.uid}')

    const { code, diagnosis } = await desk.diagnosis()

    expect(code).toBe(3)
    expect(diagnosis.cluster.uid).toBe(uid)
    expect(diagnosis.causes.map(({ object }) => object)).toEqual(['Kustomization apps/away', 'Kustomization flux-system/here'])
    expect(diagnosis.unseen).toEqual([
      { what: 'the controllers', why: expect.stringContaining('no Deployment in flux-system is one of Flux') },
    ])
  })
})

describe('pictures', () => {
  test('are written beside the JSON, each as a whole file for its owner alone, with the exit code of the diagnosis', async () => {
    const { code, stdout, stderr } = await desk.recover(undefined, '--json', '--html', 'incident.html', '--svg', 'incident.svg')

    const [page, svg] = await Promise.all(['incident.html', 'incident.svg'].map((name) => readFile(join(desk.folder, name), 'utf8')))
    expect(code).toBe(3)
    expect((JSON.parse(stdout) as Diagnosis).causes).toHaveLength(2)
    expect(stderr).toContain('✔ incident.html written\n✔ incident.svg written\n')
    expect(page).toMatch(/^<!doctype html>\n[\s\S]*<h1 class="bad">\S+: 2 of 2 objects not ready\. 2 causes\.<\/h1>[\s\S]*<\/html>\n$/)
    expect(svg).toMatch(/^<\?xml [\s\S]*<\/svg>\n$/)
    expect((await stat(join(desk.folder, 'incident.html'))).mode & 0o777).toBe(0o600)
  })

  test('of the built program open in a browser that is given nothing else, and it complains of nothing', async () => {
    const { stdout } = await desk.recover(undefined, '--html', '-')
    const browser = await openChromium()
    try {
      const { page, requests, complaints } = await openPage(browser, stdout, PHONE)
      await page.getByRole('searchbox').fill('away')

      expect(await page.locator('#found li').textContent()).toBe('Kustomization apps/away is in cause 1')
      expect([...requests, ...complaints]).toEqual([])
    } finally {
      await browser.close()
    }
  })

  test('are a tree in a terminal, in place of the list', async () => {
    const { code, stdout } = await desk.recover(undefined, '--tree')

    expect(code).toBe(3)
    expect(stdout).toMatch(
      /^\S+: 2 of 2 objects not ready\. 2 causes\.\n\n1 Kustomization apps\/away {3}for .+\n {2}kustomize cannot build \.\/\n\n2 /,
    )
    expect(stdout).toMatch(/\n\? not seen: the controllers\n$/)
  })

  test('are refused before the cluster is asked, where they cannot be written', async () => {
    const { code, stdout, stderr } = await desk.recover('/nowhere', '--html', '/dev/null')

    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('/dev/null is there, and is no ordinary file: it is left alone')
  })
})

describe('whoever may read one kind in one namespace', () => {
  test('is shown its causes, and told of all that was not seen', async () => {
    const rule = { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: ['get', 'list'] }
    const kubeconfig = await desk.account('narrow', [rule])

    const { code, diagnosis } = await desk.diagnosis(kubeconfig)
    const drawn = await desk.recover(kubeconfig)

    expect(code).toBe(3)
    expect(diagnosis.causes.map(({ object, state }) => `${object} ${state}`)).toEqual(['Kustomization flux-system/here build-failed'])
    expect(diagnosis.unseen.map(({ what }) => what).sort()).toEqual(
      [
        ...FLUX_KINDS.map(({ kind }) => (kind === 'Kustomization' ? 'Kustomization outside of flux-system' : kind)),
        'Deployment in flux-system',
        'Pod in flux-system',
        'Event',
        'Namespace',
      ].sort(),
    )
    expect(diagnosis.cluster.uid).toBeNull()
    expect(drawn.code).toBe(3)
    expect(drawn.stdout).toContain('? Event: not allowed to list events')
    expect(drawn.stdout).toContain('␛[2J<U+202E> no such file')
  })
})

describe('whoever may read nothing', () => {
  test('is told so, and never that all is ready', async () => {
    const kubeconfig = await desk.account('nobody', [])

    const { code, stdout } = await desk.recover(kubeconfig)

    expect(code).toBe(3)
    expect(stdout).toMatch(/^\S+: nothing of Flux was seen\n/)
    expect(stdout).not.toContain('ready')
  })
})
