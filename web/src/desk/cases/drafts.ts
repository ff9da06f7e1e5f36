/** 没送出的话: what a clerk has typed about a case and not sent. Kept per case while the page is open, whatever happens to it. */
import type { CaseMaterial } from '@shared/api/shapes'
import { reactive } from 'vue'

import type { ActWords, Fault } from '../shapes'

/** Acts that need words first; the others are one press. */
export type FormName = 'accept' | 'submit' | 'ask_correction' | 'redirect' | 'issue' | 'deliver' | 'decide'

export interface Mark {
  verdict: 'accepted' | Fault
  remark: string
}

export interface Draft {
  form: FormName | undefined
  marks: Record<string, Mark>
  correction: { remark: string }
  redirect: ActWords['redirect']
  issue: ActWords['issue']
  deliver: ActWords['deliver']
  decide: ActWords['decide']
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
    correction: { remark: '' },
    redirect: { reason: '', ground: '', instead: '' },
    issue: { way: '窗口领取', tracking: '' },
    deliver: { code: '' },
    decide: { granted: true, reason: '', ground: '', instead: '' },
  }
}

/** Whether anything would be lost if the draft were dropped. */
export function hasWords(draft: Draft): boolean {
  const typed = [draft.correction.remark, draft.issue.tracking, draft.deliver.code, ...Object.values(draft.redirect)]
  const decided = [draft.decide.reason, draft.decide.ground, draft.decide.instead]
  return Object.keys(draft.marks).length > 0 || [...typed, ...decided].some((words) => words.trim() !== '')
}

export function isFault(mark: Mark | undefined): mark is Mark & { verdict: Fault } {
  return mark !== undefined && mark.verdict !== 'accepted'
}

/** 一次性告知: every material marked as faulty, as the server wants to hear it. */
export function faultsOf(draft: Draft, materials: readonly CaseMaterial[]): ActWords['ask_correction']['materials'] {
  const marked = materials.flatMap(({ key }) => {
    const mark = draft.marks[key]
    return isFault(mark) ? [[key, { verdict: mark.verdict, remark: mark.remark.trim() }] as const] : []
  })
  return Object.fromEntries(marked)
}
