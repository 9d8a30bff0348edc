import { describe, expect, it } from 'vitest'
import { gateDefault, knows } from '../../../src/flux/catalogue/flags.ts'
import { release, releases } from '../../../src/flux/catalogue/index.ts'
import { gatesIn, parseArguments, refusedArguments, runningControllers } from '../../../src/flux/controller-args.ts'
import { deployment } from './objects.ts'

describe('the catalogue of flags', () => {
  it('holds every default argument of a release whose controller it knows', () => {
    const refused = releases().flatMap((version) =>
      release(version).controllers.flatMap(({ component, tag, args }) =>
        parseArguments(args).filter(({ flag }) => knows(component, tag, 'flag', flag) === 'no'),
      ),
    )

    expect(refused).toEqual([])
  })

  it('knows what a controller takes and what it does not', () => {
    expect(knows('kustomize-controller', 'v1.9.3', 'flag', 'custom-apply-stage-kinds')).toBe('yes')
    expect(knows('kustomize-controller', 'v1.7.2', 'flag', 'custom-apply-stage-kinds')).toBe('no')
    expect(knows('image-reflector-controller', 'v1.2.3', 'flag', 'aws-autologin-for-ecr')).toBe('no')
    expect(knows('helm-controller', 'v1.6.2', 'gate', 'UseHelm3Defaults')).toBe('yes')
    expect(knows('helm-controller', 'v1.4.3', 'gate', 'UseHelm3Defaults')).toBe('no')
  })

  it('takes from an older patch of the same minor, or from both neighbours, what a version whose source is missing has', () => {
    expect(knows('source-controller', 'v1.9.4', 'flag', 'storage-path')).toBe('yes')
    expect(knows('kustomize-controller', 'v1.8.5', 'flag', 'no-remote-bases')).toBe('yes')
  })

  it('does not know what only one side of a missing version has, or what is newer than all', () => {
    expect(knows('kustomize-controller', 'v1.8.5', 'flag', 'custom-apply-stage-kinds')).toBe('unknown')
    expect(knows('kustomize-controller', 'v1.8.5', 'flag', 'nonsense')).toBe('unknown')
    expect(knows('kustomize-controller', 'v2.0.0', 'flag', 'concurrent')).toBe('unknown')
    expect(knows('kustomize-controller', 'latest', 'flag', 'concurrent')).toBe('unknown')
  })

  it('knows that 2.9 substitutes strictly and 2.7 does not', () => {
    expect(gateDefault('kustomize-controller', 'v1.9.3', 'StrictPostBuildSubstitutions')).toBe(true)
    expect(gateDefault('kustomize-controller', 'v1.7.2', 'StrictPostBuildSubstitutions')).toBe(false)
    expect(gateDefault('kustomize-controller', 'v1.8.5', 'StrictPostBuildSubstitutions')).toBeUndefined()
  })
})

describe('the arguments of a controller', () => {
  it('are read with their value behind an equals sign or as the next word', () => {
    expect(parseArguments(['--a=1', '--b', '2', '-c', '--', '--d'])).toEqual([
      { flag: 'a', value: '1', text: '--a=1' },
      { flag: 'b', value: '2', text: '--b' },
      { flag: 'c', value: undefined, text: '-c' },
    ])
  })

  it('set feature gates, the last one of a name counting', () => {
    expect([...gatesIn(['--feature-gates=A=true,B=false', '--feature-gates', 'A=false'])]).toEqual([
      ['A', false],
      ['B', false],
    ])
  })
})

describe('arguments that a target refuses', () => {
  const running = (...args: string[]) => {
    const object = deployment('kustomize-controller', 'v1.7.2')
    object.spec.template.spec.containers[0].args = [...(release('2.7.3').controllers[1]?.args ?? []), ...args]
    return runningControllers([object])
  }

  it('are an unknown flag and an unknown gate, with the Deployment', () => {
    const found = refusedArguments(
      running('--concurrent=8', '--old=1', '--feature-gates=OOMWatch=true'),
      release('2.7.3'),
      release('2.9.2'),
    )

    expect(found).toEqual([
      expect.objectContaining({ deployment: 'flux-system/kustomize-controller', option: 'flag', name: 'old', text: '--old=1', sure: true }),
      expect.objectContaining({ option: 'gate', name: 'OOMWatch', sure: true }),
    ])
  })

  it('are not those that the running release sets by itself: they go with it', () => {
    const from = { ...release('2.7.3') }
    const controllers = from.controllers.map((each) => ({ ...each, args: [...each.args, '--old=1'] }))

    expect(refusedArguments(running('--old=1'), { ...from, controllers }, release('2.9.2'))).toEqual([])
  })

  it('are unsure where the flags of the target are not known', () => {
    expect(refusedArguments(running('--custom-apply-stage-kinds=x'), release('2.7.3'), release('2.8.8'))).toMatchObject([{ sure: false }])
  })
})
