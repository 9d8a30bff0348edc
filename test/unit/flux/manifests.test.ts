import { describe, expect, it } from 'vitest'
import { scanManifests } from '../../../src/flux/manifests.ts'

const scan = (text: string, target = '2.9.2', path = 'apps/x.yaml') => scanManifests([{ path, text }], target)

describe('the scan for API versions that a release does not serve', () => {
  it('finds an object with its place, its name and what to write instead', () => {
    const text = `---\nkind: ConfigMap\n---\n# policy\napiVersion: image.toolkit.fluxcd.io/v1beta2\nkind: ImagePolicy\nmetadata:\n  name: web\n  namespace: apps\n`

    expect(scan(text)).toEqual({
      findings: [
        {
          file: 'apps/x.yaml',
          line: 5,
          kind: 'ImagePolicy',
          name: 'apps/web',
          apiVersion: 'image.toolkit.fluxcd.io/v1beta2',
          replacement: 'image.toolkit.fluxcd.io/v1',
          migratable: true,
        },
      ],
      unscannable: [],
      files: 1,
      objects: 1,
    })
  })

  it('passes what the release still serves, also when it is deprecated', () => {
    const text = 'apiVersion: image.toolkit.fluxcd.io/v1beta2\nkind: ImagePolicy\nmetadata: {name: web}\n'

    expect(scan(text, '2.8.8')).toMatchObject({ findings: [], objects: 1 })
    expect(scan('apiVersion: notification.toolkit.fluxcd.io/v1beta3\nkind: Alert\n').findings).toEqual([])
  })

  it('knows that some forms are not changed by flux migrate', () => {
    const forms = [
      'kind: HelmRelease\napiVersion: helm.toolkit.fluxcd.io/v2beta2\n',
      'apiVersion: "helm.toolkit.fluxcd.io/v2beta2"\nkind: HelmRelease\n',
      'apiVersion: helm.toolkit.fluxcd.io/v2beta2\n# a comment between\nkind: HelmRelease\n',
      'apiVersion: helm.toolkit.fluxcd.io/v2/v3\nkind: HelmRelease\n',
      '{"apiVersion": "helm.toolkit.fluxcd.io/v2beta2", "kind": "HelmRelease"}\n',
    ]

    const found = forms.flatMap((text) => scan(text).findings.map(({ line, migratable }) => ({ line, migratable })))

    expect(found).toEqual([
      { line: 2, migratable: false },
      { line: 1, migratable: false },
      { line: 1, migratable: false },
      { line: 1, migratable: false },
      { line: 1, migratable: false },
    ])
  })

  it('looks into lists', () => {
    const text =
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: source.toolkit.fluxcd.io/v1beta2\n  kind: Bucket\n  metadata: {name: a}\n- apiVersion: source.toolkit.fluxcd.io/v1\n  kind: Bucket\n'

    expect(scan(text)).toMatchObject({ findings: [{ line: 4, name: 'a', migratable: true }], objects: 2 })
  })

  it('finds a health check and an inline patch in an old version', () => {
    const text = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps}
spec:
  healthChecks:
    - apiVersion: helm.toolkit.fluxcd.io/v2beta1
      kind: HelmRelease
      name: web
  patches:
    - patch: |
        apiVersion: helm.toolkit.fluxcd.io/v2beta2
        kind: HelmRelease
        metadata:
          name: all
      target:
        group: helm.toolkit.fluxcd.io
        version: v2beta2
        kind: HelmRelease
`

    const found = scan(text).findings.map(({ line, kind, replacement, migratable }) => [line, kind, replacement, migratable])

    expect(found).toEqual([
      [6, 'HelmRelease', 'helm.toolkit.fluxcd.io/v2', true],
      [11, 'HelmRelease', 'helm.toolkit.fluxcd.io/v2', true],
      [17, 'HelmRelease', 'helm.toolkit.fluxcd.io/v2', false],
    ])
  })

  it('tells a kind that the release does not have at all', () => {
    const text = 'apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\nmetadata: {name: a}\n'

    const [finding] = scan(text, '2.6.4').findings

    expect(finding).toMatchObject({ kind: 'ArtifactGenerator', migratable: false })
    expect(finding).not.toHaveProperty('replacement')
  })

  it('reads a SOPS file as it is', () => {
    const text =
      'apiVersion: notification.toolkit.fluxcd.io/v1beta2\nkind: Provider\nmetadata: {name: slack}\nspec: {token: "ENC[AES256_GCM,data:x]"}\nsops: {mac: "ENC[x]"}\n'

    expect(scan(text).findings).toMatchObject([{ kind: 'Provider', replacement: 'notification.toolkit.fluxcd.io/v1beta3' }])
  })

  it('says of templates and broken YAML that nothing is known', () => {
    const template = '{{- if .Values.on }}\napiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\n{{- end }}\n'

    expect(scan(template)).toMatchObject({ findings: [], unscannable: [{ file: 'apps/x.yaml', line: 2, why: 'is a template' }] })
    expect(scan('apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: [')).toMatchObject({
      unscannable: [{ why: expect.stringMatching(/^this is not valid YAML/) }],
    })
  })

  it('reads objects whose values are templates of a controller', () => {
    const text =
      'apiVersion: image.toolkit.fluxcd.io/v1beta2\nkind: ImageUpdateAutomation\nmetadata: {name: all}\nspec:\n  git:\n    commit:\n      messageTemplate: |\n        {{range .Changed.Changes}}{{print .OldValue}}{{end}}\n'

    expect(scan(text)).toMatchObject({ findings: [{ kind: 'ImageUpdateAutomation', migratable: true }], unscannable: [] })
  })

  it('leaves alone what is no Flux object', () => {
    const text =
      '# apiVersion: helm.toolkit.fluxcd.io/v2beta1\napiVersion: apps/v1\nkind: Deployment\n---\napiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\n---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'

    expect(scan(text)).toMatchObject({ findings: [], unscannable: [], objects: 0 })
    expect(scan('apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\n', '2.9.2', 'notes.md')).toMatchObject({
      files: 0,
      findings: [],
    })
  })

  it('keeps its places with Windows line ends', () => {
    expect(scan('# a\r\n\r\napiVersion: helm.toolkit.fluxcd.io/v2beta1\r\nkind: HelmRelease\r\n').findings).toMatchObject([
      { line: 3, migratable: true },
    ])
  })

  it('refuses a target it does not know', () => {
    expect(() => scanManifests([], '9.9.9')).toThrow(expect.objectContaining({ code: 'flux-version-unknown' }))
  })
})

describe('a document that names only served versions, each with its kind beside it', () => {
  const scan = (text: string) => scanManifests([{ path: 'a.yaml', text }], '2.9.2')

  it('is not parsed: a template of it is no riddle', () => {
    expect(scan('{{- if .x }}\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\n{{- end }}\n')).toMatchObject({
      findings: [],
      unscannable: [],
      objects: 1,
    })
  })

  it.each([
    [
      'another mention is of a dropped one',
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nspec:\n  a:\n    apiVersion: source.toolkit.fluxcd.io/v1beta2\n    kind: Bucket\n',
    ],
    [
      'the version is written apart, as a patch target has it',
      'kind: Kustomization\npatches:\n  - target:\n      group: source.toolkit.fluxcd.io\n      version: v1beta2\n      kind: Bucket\n',
    ],
    ['it is in flow style', '{apiVersion: source.toolkit.fluxcd.io/v1beta2, kind: Bucket, metadata: {name: x}}\n'],
  ])('is parsed where %s', (_why, text) => {
    expect(scan(text).findings).toHaveLength(1)
  })
})
