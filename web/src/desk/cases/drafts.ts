/** 没送出的话: what a clerk has typed about a case and not sent. Kept per case while the page is open, whatever happens to it. */
import type { Case, CaseMaterial } from '@shared/api/shapes'
import { reactive } from 'vue'

import type { ActWords, CaseAct, Fault, Settlement } from '../shapes'

/** Acts that need words first; the others are one press. */
export type FormName = Exclude<CaseAct, 'receive' | 'hand_over' | 'archive'>

export interface Mark {
  verdict: 'accepted' | Fault
  remark: string
  /** Working days for correcting it, where they are not the usual ones. */
  days?: number | undefined
}

/** 没有照片的材料: seen on paper, promised for later, or not asked for in this case. */
export type Instead = 'paper' | 'later' | 'none'

export interface Draft {
  form: FormName | undefined
  marks: Record<string, Mark>
  accept: Record<string, Instead>
  papers: string[]
  correction: { remark: string }
  redirect: ActWords['redirect']
  issue: ActWords['issue']
  deliver: ActWords['deliver'] & { by: 'code' | 'card'; other: boolean }
  decide: ActWords['decide']
  escalate: { words: string }
  settle: { way: Settlement; words: string; days: string; reason: string; ground: string; instead: string }
  extend: { days: string; reason: string }
  transfer: { hall: string; why: string }
  amend: { why: string; reason: string; ground: string; instead: string; tracking: string; taken_by: string; note: string }
  reopen: { why: string }
}

const drafts = reactive(new Map<string, Draft>())

export function draftOf(caseId: string): Draft {
  if (!drafts.has(caseId)) drafts.set(caseId, emptyDraft())
  return drafts.get(caseId) as Draft
}

export function dropDraft(caseId: string): void {
  drafts.delete(caseId)
}

function emptyDraft(): Draft {
  return {
    form: undefined,
    marks: {},
    accept: {},
    papers: [],
    correction: { remark: '' },
    redirect: { reason: '', ground: '', instead: '' },
    issue: { way: '窗口领取', tracking: '', carrier: '' },
    deliver: { code: '', id_number: '', to: '', relation: '', by: 'code', other: false },
    decide: { granted: true, reason: '', ground: '', instead: '' },
    escalate: { words: '' },
    settle: { way: 'go_on', words: '', days: '', reason: '', ground: '', instead: '' },
    extend: { days: '', reason: '' },
    transfer: { hall: '', why: '' },
    amend: { why: '', reason: '', ground: '', instead: '', tracking: '', taken_by: '', note: '' },
    reopen: { why: '' },
  }
}

/** Whether anything would be lost if the draft were dropped. */
export function hasWords(draft: Draft): boolean {
  const { code, id_number, to } = draft.deliver
  const typed = [draft.correction.remark, draft.issue.tracking, code, id_number, to, ...Object.values(draft.redirect)]
  const decided = [draft.decide.reason, draft.decide.ground, draft.decide.instead, draft.settle.words, draft.settle.reason]
  const asked = [draft.escalate.words, draft.extend.reason, draft.transfer.why, draft.reopen.why, ...Object.values(draft.amend)]
  return Object.keys(draft.marks).length > 0 || [...typed, ...decided, ...asked].some((words) => words.trim() !== '')
}

export function isFault(mark: Mark | undefined): mark is Mark & { verdict: Fault } {
  return mark !== undefined && mark.verdict !== 'accepted'
}

/** 一次性告知: every material marked as faulty, as the server wants to hear it. */
export function faultsOf(draft: Draft, materials: readonly CaseMaterial[]): ActWords['ask_correction']['materials'] {
  const marked = materials.flatMap(({ key }) => {
    const mark = draft.marks[key]
    if (!isFault(mark)) return []
    const days = mark.days === undefined ? {} : { days: mark.days }
    return [[key, { verdict: mark.verdict, remark: mark.remark.trim(), ...days }] as const]
  })
  return Object.fromEntries(marked)
}

/** What has no photograph and must be accounted for at acceptance: what is necessary, and what may follow. */
export function withoutPhotograph({ materials, may_follow }: Case): CaseMaterial[] {
  return materials.filter(
    ({ key, need, when, pages }) => pages.length === 0 && ((need === '必要' && when === '') || may_follow.includes(key)),
  )
}

/** What the clerk says instead of a photograph; the usual answer until they choose another. */
export function insteadOf(draft: Draft, material: CaseMaterial, mayFollow: readonly string[]): Instead {
  const usual = !mayFollow.includes(material.key) ? 'paper' : material.when === '' ? 'later' : 'none'
  return draft.accept[material.key] ?? usual
}
