// Which Deployments are controllers of Flux: told by their images. Apart from installed.ts, so that who asks no more than this does not load the catalogue.
import type { KubeObject } from '../ports/kube.ts'
import { COMPONENTS, type Component } from './kinds.ts'

export type InstalledController = {
  readonly component: Component
  readonly image: string
  readonly tag: string
  readonly namespace: string
}

/** `ghcr.io:443/fluxcd/source-controller:v1.9.3@sha256:…` → component and tag; undefined for any other image. */
export function parseImage(image: string): { component: Component; tag: string } | undefined {
  const last = (image.split('@')[0] ?? '').split('/').at(-1) ?? ''
  const [name, tag] = last.split(':')
  const component = COMPONENTS.find((each) => each === name)
  return component && tag ? { component, tag } : undefined
}

/** The Flux controllers among some Deployments. */
export function controllersOf(deployments: readonly KubeObject[]): InstalledController[] {
  return deployments.flatMap((deployment) => {
    const containers: unknown = deployment.spec?.template?.spec?.containers
    const images = Array.isArray(containers)
      ? containers.flatMap((container) => (typeof container?.image === 'string' ? [container.image as string] : []))
      : []
    return images.flatMap((image) => {
      const parsed = parseImage(image)
      return parsed ? [{ ...parsed, image, namespace: deployment.metadata.namespace ?? '' }] : []
    })
  })
}
