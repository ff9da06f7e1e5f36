/** What people said and what is taught of it, as the server tells it; see /openapi.json. */

export type HeardState = 'open' | 'dismissed'

export interface Led {
  ending: 'agreed' | 'chosen' | 'corrected' | 'unmatched'
  service_code: string | null
  name: string
  people: number
}

export interface Heard {
  id: string
  text: string
  times: number
  /** Different people; one who says it a thousand times is one. */
  people: number
  unmatched: number
  first_at: string
  last_at: string
  state: string
  led: Led[]
}

export interface Teaching {
  id: string
  text: string
  service_code: string
  name: string
  heard: string | null
  taught_by: string
  taught_at: string
  since: number
}

export interface Standing {
  decision: 'match' | 'choose' | 'none'
  /** Where the item stands for the words, from 1; null: out of sight. */
  rank: number | null
  first_name: string
  hit_at_1: number
  hit_at_3: number
}

export interface Moved {
  text: string
  meant: string[]
  now: string
}

export interface Effect {
  text: string
  service_code: string
  name: string
  harmless: boolean
  useful: boolean
  before: Standing
  after: Standing
  sentences: number
  moved: Moved[]
}

export interface Reason {
  channel: string
  says: string
  met: string
  weight: number
}

export interface Grounded {
  service_code: string
  name: string
  score: number
  reasons: Reason[]
}

export interface Explained {
  decision: 'match' | 'choose' | 'none'
  focus: string
  words: string[]
  concepts: string[]
  none: number
  candidates: Grounded[]
  lead: Reason[]
}

export interface Lesson {
  text: string
  service_code: string
  /** The row the words come from: what people meant by them counts for the lesson. */
  heard: string | null
}
