import { describe, expect, test } from 'vitest'
import { listAhead } from '../../../src/actions/list-ahead.ts'
import { resourceOf } from '../../../src/flux/kinds.ts'
import type { KubeReader, ListOptions, Resource } from '../../../src/ports/kube.ts'
import { failing, item } from './snapshot-desk.ts'

const HELM = resourceOf('HelmRelease', 'v2')

const desk = (answer: (resource: Resource, times: number) => void = () => undefined) => {
  const asked: string[] = []
  const list: KubeReader['list'] = async ({ kind, version }, options = {}) => {
    const one = `${kind} ${version}`
    asked.push(one)
    answer({ kind, version } as Resource, asked.filter((each) => each === one).length)
    return [item(`${one} ${(options as ListOptions).namespace ?? '*'}`)]
  }
  return { asked, list: listAhead({ list } as KubeReader, {}) }
}

const names = async (found: ReturnType<KubeReader['list']>): Promise<string[]> => (await found).map(({ metadata }) => metadata.name)

describe('a list that is asked for ahead', () => {
  test('is begun at once, and is not asked for again', async () => {
    const { asked, list } = desk()

    expect(asked).toEqual(['HelmRelease v2', 'Kustomization v1', 'OCIRepository v1'])
    expect(await names(list(HELM))).toEqual(['HelmRelease v2 *'])
    expect(asked).toHaveLength(3)
  })

  test('answers once: who asks later is told what is there later', async () => {
    const { asked, list } = desk()

    await list(HELM)
    await list(HELM)

    expect(asked.filter((one) => one === 'HelmRelease v2')).toHaveLength(2)
  })

  test.each([
    ['another version', resourceOf('HelmRelease', 'v2beta1'), {}, 'HelmRelease v2beta1 *'],
    ['one namespace alone', HELM, { namespace: 'apps' }, 'HelmRelease v2 apps'],
    ['another kind', resourceOf('Bucket', 'v1'), {}, 'Bucket v1 *'],
  ])('is no answer to who asks for %s', async (_what, resource, options, expected) => {
    expect(await names(desk().list(resource, options))).toEqual([expected])
  })

  test('that was refused is refused to whoever asks, and troubles nobody else', async () => {
    const refused = failing('kube-forbidden')
    const { asked, list } = desk(({ kind }) => {
      if (kind === 'HelmRelease') throw refused
    })

    await expect(list(HELM)).rejects.toBe(refused)
    expect(asked).toHaveLength(3)
  })

  test('of a kind that was not served just then is asked for again, but not where it has to be there', async () => {
    const missing = failing('kube-not-served')
    const answer = (_resource: Resource, times: number): void => {
      if (times === 1) throw missing
    }

    expect(await names(desk(answer).list(HELM))).toEqual(['HelmRelease v2 *'])
    await expect(desk(answer).list(HELM, { mustBeServed: true })).rejects.toBe(missing)
  })
})
