/** The figures of a lesson and of an answer, in sentences a keeper can act on at five in the afternoon. */
import type { Effect, Explained, Led, Standing } from './shapes'

const WHOLE = 100
const ONE_IN_A_HUNDRED = 0.01
const STRONG = 2
const SOME = 0.8

export function ledTo(led: Led): string {
  const people = `${led.people}人`
  if (led.ending === 'unmatched') return `${people}没有找到`
  if (led.ending === 'corrected') return `${led.people}位工作人员指到“${led.name}”`
  return `${people}${led.ending === 'agreed' ? '一次就办' : '自己选了'}“${led.name}”`
}

export const chance = (share: number): string =>
  share < ONE_IN_A_HUNDRED ? '不到1%' : `${Math.round(share * WHOLE)}%`

export function strength(weight: number): string {
  const much = Math.abs(weight)
  if (much >= STRONG) return '很有力'
  return much >= SOME ? '有力' : '略有帮助'
}

export function conclusion(told: Explained): string {
  const first = told.candidates[0]?.name
  if (told.decision === 'none' || !first) return '清单里没有合适的，会转给工作人员。'
  return told.decision === 'match' ? `直接答“${first}”。` : '有几项都像，会列出来请本人选。'
}

/** Where nothing is answered at once, the first is merely the likeliest. */
export const leadTitle = ({ decision }: Explained, first: string, second: string): string =>
  decision === 'match' ? `为什么是“${first}”，不是“${second}”` : `为什么“${first}”排在“${second}”前面`

/** What somebody who says the lesson's words gets. */
export function answered(standing: Standing, name: string): string {
  if (standing.decision === 'none') return '答不上来，转给工作人员'
  if (standing.decision === 'match') return `直接答“${standing.first_name}”`
  return standing.rank === null ? `请本人从几项里选，里面没有“${name}”` : `请本人从几项里选，“${name}”排第${standing.rank}`
}

const percent = (share: number): string => `${(share * WHOLE).toFixed(1)}%`

export function tried({ sentences, moved, before, after }: Effect): string {
  const kept = moved.length === 0 ? '答得对的，教了以后一句都不变' : `其中${moved.length}句本来答得对，教了以后会答错`
  return `用${sentences}句说法试过：${kept}。一次答对 ${percent(before.hit_at_1)} → ${percent(after.hit_at_1)}，前三项里有 ${percent(before.hit_at_3)} → ${percent(after.hit_at_3)}。`
}

/** Why it cannot be taught; empty when it can. */
export function against(effect: Effect): string {
  if (!effect.harmless) return '不能教：会把别人答错。请换一句更长、更具体的说法再试。'
  if (!effect.useful) return '教了也没有用：这样说还是找不到它。请把要办的事说进去，再试一次。'
  return ''
}
