import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, URL } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

import { phoneWorker } from './phone-worker.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// The server that `npm run dev` speaks to; the built pages always speak to the one they came from.
const server = process.env['JIUJINBAN_SERVER'] ?? 'http://127.0.0.1:8080'

// A page is built when it is there: `docs.html` and `desk.html` belong to other rooms of this folder.
const pages = Object.entries({ phone: 'index.html', desk: 'desk.html', kiosk: 'kiosk.html', docs: 'docs.html' })
  .map(([name, file]) => [name, here(file)] as const)
  .filter(([, file]) => existsSync(file))

// The server sends `x.js.br` or `x.js.gz` in place of `x.js` to whoever can read it: a third of the bytes on a village's line.
function precompressed(): Plugin {
  return {
    name: 'precompressed',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const files = await readdir(dir, { recursive: true })
      await Promise.all(files.filter((file) => /\.(js|css|html|svg)$/.test(file)).map((file) => compress(join(dir, file))))
    },
  }
}

async function compress(file: string): Promise<void> {
  const content = await readFile(file)
  await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }))
  // The two highest qualities take ten times as long for three parts in a hundred.
  await writeFile(`${file}.br`, await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
}

export default defineConfig({
  plugins: [
    vue(),
    phoneWorker({
      page: { file: 'index.html', url: '/' },
      copied: { '/assets/icon.svg': here('public/assets/icon.svg') },
      source: here('src/phone/release/worker/worker.ts'),
    }),
    precompressed(),
    // Only the desk page: the phone names each of its few Vant components, so that its weight is seen in its imports.
    // No declaration file is written, because set-up rebuilds the pages when a file beside them changes.
    Components({
      dts: false,
      dirs: [],
      include: [/src\/desk\/.*\.vue($|\?vue)/],
      // The tests look at what is said and not at colours, and Node cannot import a style sheet.
      resolvers: [ElementPlusResolver({ importStyle: process.env['VITEST'] ? false : 'css' })],
    }),
  ],
  resolve: { alias: { '@shared': here('src/shared') } },
  build: {
    // What a cheap telephone of 2020 runs inside WeChat; older ones get the sentence in index.html.
    target: ['chrome80', 'safari13.1'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: Object.fromEntries(pages) },
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/api', '/openapi.json', '/docs'].map((path) => [path, server])),
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    restoreMocks: true,
  },
})
