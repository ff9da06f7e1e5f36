/**
 * 代办单: one villager's one matter as the proxy wrote it down, carried out step by step as far as the line allows. Each
 * step has a key of its own that never changes, so that a step whose answer was lost is done once however often it is
 * sent. What was carried out is written down after every step; closing the page loses nothing.
 */
import { ask, Refusal, Unreachable, upload } from '@shared/api/http'
import type { Case } from '@shared/api/shapes'

export interface Photo {
  bytes: ArrayBuffer
  type: string
}

export interface Errand {
  id: string
  owner: string
  made: number
  person: string
  personName: string
  service: string
  serviceName: string
  hall: string
  statement: string
  mandatePhoto?: Photo
  photos: Photo[]
  /** What the server has answered so far. */
  mandated: boolean
  caseId?: string
  laid: number
  number?: string
  /** The server's refusal, in its own words; nothing more is sent until the proxy has read it. */
  refused?: { title: string; next: string }
}

/** Where errands wait: a database in the browser, or the page's memory where there is none. */
export interface Drawer {
  put: (errand: Errand) => Promise<void>
  take: (id: string) => Promise<void>
  of: (owner: string) => Promise<Errand[]>
}

/** How a step reaches the server; a test brings its own. */
export interface Line {
  post: <T>(path: string, body: object, key: string) => Promise<T>
  lay: (path: string, photo: Photo, key: string) => Promise<unknown>
}

export const realLine: Line = {
  post: <T>(path: string, body: object, key: string) => ask<T>(path, { method: 'POST', body, key }),
  lay: (path, photo, key) => upload(path, { body: new Blob([photo.bytes], { type: photo.type }), contentType: photo.type, key }),
}

export function finished(errand: Errand): boolean {
  return errand.number !== undefined
}

/** Carry an errand out from where it stands; true when the next one may go, false when the line is down. */
export async function carryOut(errand: Errand, line: Line, keep: (errand: Errand) => Promise<void>): Promise<boolean> {
  try {
    while (!finished(errand) && !errand.refused) {
      await nextStep(errand, line)
      await keep(errand)
    }
    return true
  } catch (trouble) {
    if (trouble instanceof Unreachable || (trouble instanceof Refusal && (trouble.mayPass || trouble.status === 401))) return false
    if (!(trouble instanceof Refusal)) throw trouble
    errand.refused = { title: trouble.title, next: trouble.nextStep }
    await keep(errand)
    return true
  }
}

async function nextStep(errand: Errand, line: Line): Promise<void> {
  const key = (step: string): string => `${errand.id}:${step}`
  if (!errand.mandated) {
    const photo = errand.mandatePhoto ? { photo: dataUrl(errand.mandatePhoto) } : {}
    const body = { person_id: errand.person, service_code: errand.service, statement: errand.statement, ...photo }
    await line.post('/mandates', body, key('mandate'))
    errand.mandated = true
  } else if (!errand.caseId) {
    const body = { person_id: errand.person, service_code: errand.service, hall: errand.hall }
    errand.caseId = (await line.post<Case>('/cases', body, key('open'))).id
  } else if (errand.laid < errand.photos.length) {
    await line.lay(`/cases/${errand.caseId}/pages`, errand.photos[errand.laid]!, key(`page-${errand.laid}`))
    errand.laid += 1
  } else {
    errand.number = (await line.post<Case>(`/cases/${errand.caseId}/submit`, { bring_later: true }, key('submit'))).number
  }
}

function dataUrl(photo: Photo): string {
  let text = ''
  for (const byte of new Uint8Array(photo.bytes)) text += String.fromCharCode(byte)
  return `data:${photo.type};base64,${btoa(text)}`
}

const DATABASE = 'jiujinban-errands'
const ERRANDS = 'errands'

export async function openDrawer(): Promise<Drawer> {
  try {
    return onDisk(await openDatabase())
  } catch {
    return inMemory()
  }
}

export function inMemory(): Drawer {
  const held = new Map<string, Errand>()
  return {
    put: async (errand) => void held.set(errand.id, structuredClone(errand)),
    take: async (id) => void held.delete(id),
    of: async (owner) => inOrder([...held.values()].filter((errand) => errand.owner === owner).map((errand) => structuredClone(errand))),
  }
}

function onDisk(database: IDBDatabase): Drawer {
  const store = (mode: IDBTransactionMode) => database.transaction(ERRANDS, mode).objectStore(ERRANDS)
  return {
    put: async (errand) => void (await done(store('readwrite').put(errand))),
    take: async (id) => void (await done(store('readwrite').delete(id))),
    of: async (owner) => inOrder(await done(store('readonly').index('owner').getAll(owner) as IDBRequest<Errand[]>)),
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(ERRANDS, { keyPath: 'id' }).createIndex('owner', 'owner')
  return done(opening)
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('indexedDB'))
  })
}

function inOrder(errands: Errand[]): Errand[] {
  return errands.sort((one, other) => one.made - other.made)
}
