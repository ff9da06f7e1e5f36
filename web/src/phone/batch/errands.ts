/**
 * 代办单: one villager's one matter as the proxy wrote it down, carried out step by step as far as the line allows. Each
 * step has a key of its own that never changes, so that a step whose answer was lost is done once however often it is
 * sent. What was carried out is written down after every step; closing the page loses nothing.
 */
import { ask, Refusal, upload } from '@shared/api/http'
import type { Case } from '@shared/api/shapes'

import { inMemory as memory, openTable, type Owned, type Table } from '../keeping/database'
import { silent } from '../keeping/provisions'

export interface Photo {
  bytes: ArrayBuffer
  type: string
}

/** What the proxy writes down of a matter. */
export interface Noted {
  person: string
  personName: string
  service: string
  serviceName: string
  hall: string
  statement: string
  mandatePhoto?: Photo
  photos: Photo[]
}

export interface Errand extends Noted, Owned {
  id: string
  /** What the server has answered so far. */
  mandated: boolean
  caseId?: string
  laid: number
  /** What the server found about single photographs, in its own words: blurred, or not to be opened. */
  advice?: string[]
  number?: string
  stateText?: string
  /** The server's refusal, in its own words; nothing more is sent until the proxy has read it. */
  refused?: { title: string; next: string; code?: string }
}

/** Where errands wait: a database in the browser, or the page's memory where there is none. */
export type Drawer = Table<Errand>

interface Laid {
  page: { verdict: string; advice: string }
}

/** How a step reaches the server; a test brings its own. */
export interface Line {
  post: <T>(path: string, body: object, key: string) => Promise<T>
  lay: (path: string, photo: Photo, key: string) => Promise<Laid>
}

export const realLine: Line = {
  post: <T>(path: string, body: object, key: string) => ask<T>(path, { method: 'POST', body, key }),
  lay: (path, photo, key) => upload(path, { body: new Blob([photo.bytes], { type: photo.type }), contentType: photo.type, key }),
}

/** What was written down of an errand, without what came of it. */
export function notedOf({ person, personName, service, serviceName, hall, statement, mandatePhoto, photos }: Errand): Noted {
  return { person, personName, service, serviceName, hall, statement, photos, ...(mandatePhoto ? { mandatePhoto } : {}) }
}

export function finished(errand: Errand): boolean {
  return errand.number !== undefined
}

/** Written down and not touched by the server yet: what can still be put right on this telephone alone. */
export function untouched(errand: Errand): boolean {
  return !errand.mandated && !errand.caseId && !finished(errand)
}

/** Carry an errand out from where it stands, as long as it is wanted; true when the next one may go, false when the line is down. */
export async function carryOut(
  errand: Errand,
  line: Line,
  keep: (errand: Errand) => Promise<unknown>,
  wanted: () => boolean = () => true,
): Promise<boolean> {
  try {
    while (wanted() && !finished(errand) && !errand.refused) {
      await nextStep(errand, line)
      await keep(errand)
    }
    return true
  } catch (trouble) {
    if (silent(trouble) || (trouble instanceof Refusal && trouble.status === 401)) return false
    if (!(trouble instanceof Refusal)) throw trouble
    errand.refused = { title: trouble.title, next: trouble.nextStep, code: trouble.code }
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
    const advice = await lay(errand.caseId, errand.photos[errand.laid]!, line, key(`page-${errand.laid}`))
    errand.laid += 1
    if (advice) errand.advice = [...(errand.advice ?? []), `第${errand.laid}张：${advice}`]
  } else {
    const handedIn = await line.post<Case>(`/cases/${errand.caseId}/submit`, { bring_later: true }, key('submit'))
    close(errand, handedIn)
  }
}

// One picture that cannot be opened must not keep the others, and the matter, from getting there.
async function lay(caseId: string, photo: Photo, line: Line, key: string): Promise<string> {
  try {
    const { page } = await line.lay(`/cases/${caseId}/pages`, photo, key)
    return page.verdict === 'good' ? '' : page.advice
  } catch (trouble) {
    if (trouble instanceof Refusal && trouble.code === 'photo_refused') return trouble.title + trouble.nextStep
    throw trouble
  }
}

// The server has it now: neither the pictures nor the elder's words stay in this telephone.
function close(errand: Errand, { number, state_text }: Case): void {
  errand.number = number
  errand.stateText = state_text
  errand.photos = []
  errand.statement = ''
  delete errand.mandatePhoto
}

function dataUrl(photo: Photo): string {
  let text = ''
  for (const byte of new Uint8Array(photo.bytes)) text += String.fromCharCode(byte)
  return `data:${photo.type};base64,${btoa(text)}`
}

export function openDrawer(): Promise<Drawer> {
  return openTable<Errand>({ database: 'jiujinban-errands', table: 'errands', key: 'id' })
}

export function inMemory(): Drawer {
  return memory<Errand>('id')
}

/** 没写完的一件: what stands in the form. Taking a photograph may cost a cheap telephone the page. */
export interface Draft extends Owned {
  noted: Partial<Noted>
}

export function openDrafts(): Promise<Table<Draft>> {
  return openTable<Draft>({ database: 'jiujinban-errand-drafts', table: 'drafts', key: 'owner' })
}
