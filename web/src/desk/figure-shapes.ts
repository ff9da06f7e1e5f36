/** Figures and catalogue files as the server tells them; see /openapi.json. */

export interface FigureOf {
  code: string
  name: string
  unit: 'share' | 'count' | 'grade' | 'minutes' | 'times'
  text: string
  value: number | null
  target: number | null
  short: boolean
  top: number
  bottom: number
  /** What it counts, what it is a share of, what is missing. */
  listings: string[]
  policy: string
}

export interface HallFigures {
  /** null: the county. */
  hall: string | null
  hall_name: string
  figures: FigureOf[]
}

export interface TrendMonth {
  month: string
  figures: FigureOf[]
}

export interface Shortfall {
  hall: string | null
  hall_name: string
  owner: string
  missing: number
  figure: FigureOf
}

export interface Work {
  account: string
  name: string
  role: string
  hall: string | null
  counts: Record<string, number>
  service_minutes: number | null
  grade: number | null
}

export interface AskedRows {
  title: string
  listing: string
  month: string
  hall?: string
  key?: string
}

export interface FigureRow {
  at: string
  hall: string
  hall_name: string
  number: string
  service_code: string | null
  service_name: string
  person: string
  who: string
  kind: string
  day: string | null
  value: number | null
  note: string
}

export interface FigureRows {
  listing: string
  listing_text: string
  rows: FigureRow[]
  next: string | null
}

export type ImportPart = 'faults' | 'new' | 'changed' | 'withdrawn'

export interface CheckedImport {
  id: string
  file: string
  by_name: string
  at: string
  whole: boolean
  begins: string
  state: 'checked' | 'faulty' | 'applied' | 'dropped'
  state_text: string
  items: number
  bundles: number
  faults: number
  new: number
  changed: number
  withdrawn: number
  ignored: string[]
}

export interface ImportStretch {
  faults: { place: string; field: string; why: string }[]
  changes: {
    kind: string
    kind_text: string
    service_code: string
    name: string
    begins: string
    ends: string | null
    fields: { label: string; before: string; after: string }[]
  }[]
  total: number
  next: number | null
}
