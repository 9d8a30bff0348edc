// A Helm chart as `helm package` makes it, with the media types of Helm's OCI support; the same bytes every time.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { create } from 'tar'
import type { Blob } from './oci-client.ts'

export interface ChartMetadata {
  readonly apiVersion: 'v2'
  readonly name: string
  readonly version: string
  readonly appVersion: string
  readonly description: string
  readonly type: 'application'
}

/** `files`: path in the chart -> text, without Chart.yaml. `scratch` is an existing folder. */
export async function packChart(
  scratch: string,
  metadata: ChartMetadata,
  files: Readonly<Record<string, string>>,
): Promise<{ config: Blob; layer: Blob }> {
  const folder = await mkdtemp(join(scratch, 'chart-'))
  const all = { 'Chart.yaml': `${JSON.stringify(metadata, null, 2)}\n`, ...files }
  try {
    for (const [name, content] of Object.entries(all)) {
      const path = join(folder, metadata.name, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    }
    const names = Object.keys(all).map((name) => `${metadata.name}/${name}`)
    const archive = create({ cwd: folder, gzip: true, portable: true, mtime: new Date(0) }, names)
    const bytes = await archive.concat()
    return {
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', bytes: Buffer.from(JSON.stringify(metadata)) },
      layer: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', bytes },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
