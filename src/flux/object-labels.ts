// `Kind namespace/name`, read back.

export interface LabelParts {
  readonly kind: string
  readonly namespace: string | undefined
  readonly name: string
}

export function kindAndName(label: string): LabelParts {
  const space = label.indexOf(' ')
  const id = label.slice(space + 1)
  const slash = id.indexOf('/')
  return { kind: label.slice(0, space), namespace: slash < 0 ? undefined : id.slice(0, slash), name: id.slice(slash + 1) }
}
