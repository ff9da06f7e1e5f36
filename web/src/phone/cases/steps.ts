import type { CaseState } from '@shared/api/shapes'

/** 提交 → 收件 → 受理 → 审批 → 出件, as the policy names the road of a case. */
export const STEPS = ['提交', '收件', '受理', '审批', '出件'] as const

// How many of the five steps are behind the case. What is not here has left the road.
const BEHIND: Partial<Record<CaseState, number>> = {
  draft: 0,
  submitted: 1,
  received: 2,
  correction_asked: 2,
  escalated: 2,
  accepted: 3,
  in_review: 3,
  decided: 4,
  issued: 5,
  delivered: 5,
  evaluated: 5,
  archived: 5,
}

export interface Step {
  name: string
  place: 'behind' | 'now' | 'ahead'
}

/** The five steps as seen from a state; none for a case that was withdrawn or redirected. */
export function stepsAt(state: CaseState): Step[] {
  const behind = BEHIND[state]
  if (behind === undefined) return []
  return STEPS.map((name, n) => ({ name, place: n < behind ? 'behind' : n === behind ? 'now' : 'ahead' }))
}

export type Stand = 'todo' | 'under_way' | 'to_collect' | 'over'

/** What the person has to do about a case, most pressing first: the order of the list and the names of its filters. */
export const STANDS: { stand: Stand; word: string }[] = [
  { stand: 'todo', word: '要您办' },
  { stand: 'to_collect', word: '可取件' },
  { stand: 'under_way', word: '在办' },
  { stand: 'over', word: '办完' },
]

const STAND: Record<CaseState, Stand> = {
  draft: 'todo',
  correction_asked: 'todo',
  issued: 'to_collect',
  submitted: 'under_way',
  received: 'under_way',
  accepted: 'under_way',
  in_review: 'under_way',
  decided: 'under_way',
  escalated: 'under_way',
  delivered: 'over',
  evaluated: 'over',
  archived: 'over',
  withdrawn: 'over',
  redirected: 'over',
}

export function standOf(state: CaseState): Stand {
  return STAND[state]
}
