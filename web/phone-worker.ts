import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

import { build, type Plugin, type Rolldown } from 'vite'

type Bundle = Rolldown.OutputBundle

/** What the phone keeps of the phone page: an address, and what tells its content apart where the address does not. */
interface KeptFile {
  url: string
  revision: string | null
}

export interface PhoneWorker {
  /** The page as the build knows it, and the address it is opened by. */
  page: { file: string; url: string }
  /** Files of the page that are copied and not built, by address. */
  copied: Record<string, string>
  /** The worker's source. */
  source: string
}

/**
 * Builds `sw.js`, which keeps the phone page and everything it may load later, so that it opens without a line. What belongs
 * to it is read from the build itself: the desk's and the kiosk's screens are in the same folder and stay out.
 */
export function phoneWorker({ page, copied, source }: PhoneWorker): Plugin {
  return {
    name: 'phone-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const html = bundle[page.file]
        if (html?.type !== 'asset') return this.error(`there is no ${page.file} to keep`)
        const files: KeptFile[] = [
          { url: page.url, revision: digest(html.source) },
          ...[...filesOf(entryOf(bundle), bundle)].sort().map((file) => ({ url: `/${file}`, revision: null })),
          ...(await Promise.all(Object.entries(copied).map(async ([url, file]) => ({ url, revision: digest(await readFile(file)) })))),
        ]
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: await packed(source, files) })
      },
    },
  }
}

function entryOf(bundle: Bundle): string {
  const entry = Object.values(bundle).find((chunk) => chunk.type === 'chunk' && chunk.isEntry && chunk.name === 'phone')
  if (!entry) throw new Error('the build has no entry "phone"')
  return entry.fileName
}

/** Every file that the chunk needs at once or may load later, its style sheets with it. */
function filesOf(name: string, bundle: Bundle, found = new Set<string>()): Set<string> {
  const chunk = bundle[name]
  if (found.has(name) || chunk?.type !== 'chunk') return found
  found.add(name)
  chunk.viteMetadata?.importedCss.forEach((file) => found.add(file))
  chunk.viteMetadata?.importedAssets.forEach((file) => found.add(file))
  ;[...chunk.imports, ...chunk.dynamicImports].forEach((next) => filesOf(next, bundle, found))
  return found
}

/** One classic script: the browsers the page is for cannot start a module as a worker. */
async function packed(source: string, files: KeptFile[]): Promise<string> {
  const built = await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: { PHONE_FILES: JSON.stringify(files) },
    build: {
      write: false,
      target: ['chrome80', 'safari13.1'],
      modulePreload: false,
      rolldownOptions: { input: source, output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (!output || !('output' in output)) throw new Error('the worker was not built')
  return output.output[0].code
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16)
}
