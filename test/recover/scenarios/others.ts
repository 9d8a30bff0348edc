// What neither applies nor fetches for somebody else: webhooks and images.
import type { Place, Scenario } from '../scenario.ts'

const image = ({ namespace }: Place, kind: string, spec: object): object => ({
  apiVersion: 'image.toolkit.fluxcd.io/v1',
  kind,
  metadata: { name: 'app', namespace },
  spec,
})

export const others: readonly Scenario[] = [
  {
    id: 'webhook-token-missing',
    title: 'Receiver with a missing Secret',
    // Of 2.7.3 the sandbox has no notification-controller that runs.
    on: ['2.9.2'],
    objects: ({ namespace }) => [
      {
        apiVersion: 'notification.toolkit.fluxcd.io/v1',
        kind: 'Receiver',
        metadata: { name: 'app', namespace },
        spec: {
          type: 'generic',
          secretRef: { name: 'not-there' },
          resources: [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'src' }],
        },
      },
    ],
    mended: ({ namespace }) => ({
      objects: [
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'not-there', namespace }, stringData: { token: 'a token of a test' } },
      ],
    }),
    expects: ({ namespace }) => ({ object: `Receiver ${namespace}/app`, state: 'webhook-token', blocks: [], says: /not-there/ }),
  },
  {
    id: 'controller-missing',
    title: 'image objects without a controller that reconciles them',
    objects: (place) => [
      image(place, 'ImageRepository', { image: 'ghcr.io/example/app', interval: '1m' }),
      image(place, 'ImagePolicy', { imageRepositoryRef: { name: 'app' }, policy: { semver: { range: '*' } } }),
    ],
    expects: ({ namespace }) => ({
      object: 'Deployment flux-system/image-reflector-controller',
      state: 'controller-missing',
      blocks: [`ImagePolicy ${namespace}/app`, `ImageRepository ${namespace}/app`],
      says: /image-reflector-controller/,
    }),
  },
]
