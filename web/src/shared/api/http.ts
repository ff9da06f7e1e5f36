/**
 * Asking the server. There are three ends to a question: the answer, a `Refusal` (the server understood and says what to do
 * next), or `Unreachable` (nobody answered; asking again with the same key is safe).
 */
import { newId } from '../ids'

export const API = '/api/v1'

const ANSWER_WITHIN = 20_000
const UPLOAD_WITHIN = 120_000

export interface FieldFault {
  field: string
  message: string
}

export interface Alternative {
  label: string
  value: string
}

/** application/problem+json as the server writes it. */
export interface Problem {
  status: number
  code: string
  title: string
  next_step: string
  errors?: FieldFault[]
  alternatives?: Alternative[]
  reference?: string
  current?: unknown
}

/** 不能照办: the server's own sentence and what to do next; `code` is stable, the sentences are not. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  readonly title: string
  readonly nextStep: string
  readonly errors: readonly FieldFault[]
  readonly alternatives: readonly Alternative[]
  /** With `stale`: the thing as it is now. */
  readonly current: unknown

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.title}`)
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title
    this.nextStep = problem.next_step
    this.errors = problem.errors ?? []
    this.alternatives = problem.alternatives ?? []
    this.current = problem.current
  }

  /** Whether the same question may be answered if it is asked again a little later. */
  get mayPass(): boolean {
    return this.status === 429 || this.status === 503
  }
}

/** 连不上: no answer came. What was asked may or may not have been done. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

export interface Question {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Sent as JSON. */
  body?: unknown
  query?: Record<string, string | number | undefined>
  /** Repeating a question with its key gets the first answer; a POST without one is given a new one. */
  key?: string
  signal?: AbortSignal
  /** Milliseconds to wait for the answer, where it is known to take longer than most. */
  within?: number
}

let signedOut: () => void = () => {}

/** What to do when any answer says that nobody is signed in. */
export function whenSignedOut(act: () => void): void {
  signedOut = act
}

/** Ask and await the answer's JSON; `undefined` for 204. */
export async function ask<T>(path: string, question: Question = {}): Promise<T> {
  const { method = 'GET', body, query, key, signal, within } = question
  const answer = await answered(address(path, query), {
    method,
    credentials: 'same-origin',
    headers: { ...headersFor(method, key), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: soonEnough(signal, within),
  })
  return read<T>(answer.status, answer.headers.get('content-type'), await bodyOf(answer))
}

export interface Upload {
  body: Blob | string
  contentType: string
  key: string
  query?: Record<string, string | number | undefined>
  /** Called with 0…1 as the bytes leave; 1 means that the server is now looking at them. */
  onProgress?: (share: number) => void
}

/** Send something large. XMLHttpRequest, because fetch cannot tell how much has left the telephone. */
export function upload<T>(path: string, { body, contentType, key, query, onProgress }: Upload): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address(path, query))
    request.timeout = UPLOAD_WITHIN
    const headers = { ...headersFor('POST', key), 'Content-Type': contentType }
    Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value))
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total)
    request.onload = () => {
      try {
        resolve(read<T>(request.status, request.getResponseHeader('content-type'), request.responseText))
      } catch (refusal) {
        reject(refusal)
      }
    }
    request.onerror = request.ontimeout = request.onabort = () => reject(new Unreachable(path))
    request.send(body)
  })
}

export interface Step {
  step: string
  done: number
  total: number
}

/** Do something long: the server writes line by line how far it is, and in the end its result or its refusal. */
export function follow<T>(
  path: string,
  { body, query }: { body?: Blob; query?: Record<string, string | number | undefined> },
  onStep: (step: Step) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address(path, query))
    const headers = { ...headersFor('POST', undefined), 'Content-Type': body ? 'application/octet-stream' : 'application/json' }
    Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value))
    request.upload.onprogress = (event) => body && onStep({ step: '上传', done: event.loaded, total: event.total })
    request.onprogress = () => {
      const last = linesOf(request.responseText).pop()
      if (last && 'progress' in last) onStep(last.progress)
    }
    request.onload = () => {
      try {
        if (request.status >= 400) read<T>(request.status, request.getResponseHeader('content-type'), request.responseText)
        const end = linesOf(request.responseText).pop()
        if (!end || 'progress' in end) throw new Unreachable(path)
        if ('refused' in end) throw new Refusal({ status: 409, ...end.refused })
        resolve(end.result as T)
      } catch (reason) {
        reject(reason)
      }
    }
    request.onerror = request.onabort = () => reject(new Unreachable(path))
    request.send(body ?? '{}')
  })
}

type Told = { progress: Step } | { result: unknown } | { refused: Omit<Problem, 'status'> }

/** The whole lines that have come so far. */
function linesOf(text: string): Told[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told)
}

function address(path: string, query: Question['query'] = {}): string {
  const asked = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  const words = new URLSearchParams(asked.map(([name, value]) => [name, String(value)])).toString()
  return `${API}${path}${words && `?${words}`}`
}

function headersFor(method: string, key: string | undefined): Record<string, string> {
  // A cookie alone changes nothing on the server: only our own pages can add this header.
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Requested-With': 'jiujinban' }
  if (method !== 'GET') headers['Idempotency-Key'] = key ?? newId()
  return headers
}

function soonEnough(signal: AbortSignal | undefined, within = ANSWER_WITHIN): AbortSignal {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), within)
  signal?.addEventListener('abort', () => late.abort(), { once: true })
  late.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  return late.signal
}

async function answered(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    throw new Unreachable(url, { cause })
  }
}

async function bodyOf(answer: Response): Promise<string> {
  try {
    return await answer.text()
  } catch (cause) {
    throw new Unreachable(answer.url, { cause })
  }
}

function read<T>(status: number, contentType: string | null, text: string): T {
  const said = contentType?.includes('json') ? (JSON.parse(text) as unknown) : undefined
  if (status >= 200 && status < 300) return said as T
  // A gateway in between that cannot reach our server answers with a page of its own.
  if (status === 0 || (said === undefined && status >= 502 && status <= 504)) throw new Unreachable(String(status))
  const refusal = new Refusal({ ...UNKNOWN_FAULT, ...(said as Partial<Problem> | undefined), status })
  if (status === 401) signedOut()
  throw refusal
}

const UNKNOWN_FAULT = {
  code: 'fault',
  title: '系统出了点问题，不是您的错。',
  next_step: '请稍后再试；还不行请拨打便民服务中心电话。',
}
