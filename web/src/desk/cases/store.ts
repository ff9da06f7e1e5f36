import { Refusal } from '@shared/api/http'
import type { Case, CaseCard, CaseStep } from '@shared/api/shapes'
import { newId } from '@shared/ids'
import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'

import { caseWork } from '../api'
import type { ActWords, CaseAct, Ticket } from '../shapes'
import { done, noticeOf, type Notice } from '../ui/notice'
import { draftOf, dropDraft, hasWords } from './drafts'
import { ACT_NAMES } from './steps'

/** 页面不是最新: somebody else acted on the case meanwhile; what they did, and the words of the refusal if there was one. */
export interface Overtaken {
  title: string
  next: string
  steps: CaseStep[]
}

/** 当前办件: the one case that lies open on this desk. */
export const useCase = defineStore('desk-case', () => {
  const shown = shallowRef<Case>()
  const opening = ref('')
  const trouble = ref<unknown>()
  const notice = ref<Notice>()
  const overtaken = ref<Overtaken>()
  const busy = ref(false)

  // A number does not learn of a case begun after it was taken; this page remembers it while the person is here.
  const begunFor = reactive(new Map<string, string>())

  const caseOf = (ticket: Ticket): string => begunFor.get(ticket.id) ?? ticket.case_id ?? ''
  const belongs = (ticket: Ticket, caseId: string): void => void begunFor.set(ticket.id, caseId)

  const draft = computed(() => shown.value && draftOf(shown.value.id))

  async function open(idOrNumber: string): Promise<void> {
    if (shown.value?.id === idOrNumber || opening.value === idOrNumber) return
    notice.value = overtaken.value = trouble.value = undefined
    opening.value = idOrNumber
    try {
      const found = await caseWork.one(idOrNumber)
      // Somebody who clicks through a list quickly sees the last one clicked, not the last one answered.
      if (opening.value === idOrNumber) shown.value = found
    } catch (reason) {
      if (opening.value === idOrNumber) fail(reason)
    } finally {
      if (opening.value === idOrNumber) opening.value = ''
    }
  }

  function fail(reason: unknown): void {
    shown.value = undefined
    trouble.value = reason
  }

  function close(): void {
    shown.value = undefined
    opening.value = ''
    notice.value = overtaken.value = trouble.value = undefined
  }

  /** Lay open a case that an answer has brought. */
  function lay(fresh: Case): void {
    if (shown.value?.id !== fresh.id) close()
    shown.value = fresh
  }

  /** 开始收件: open a case for the person at the counter; its id when it was opened, or the one that is open already. */
  async function begin(
    ticket: Ticket,
    wanted: { service_code: string; hall: string; person_id: string },
  ): Promise<string | undefined> {
    busy.value = true
    try {
      lay(await caseWork.open(wanted))
      if (shown.value) belongs(ticket, shown.value.id)
      return shown.value?.id
    } catch (reason) {
      notice.value = noticeOf(reason)
      return undefined
    } finally {
      busy.value = false
    }
  }

  /** Do something with the case as it is shown; true when it was done. */
  async function act(what: CaseAct, words: ActWords[CaseAct]): Promise<boolean> {
    const now = shown.value
    if (!now) return false
    return work(now, async () => {
      shown.value = await caseWork.act(now, what, words)
      dropDraft(now.id)
      notice.value = done(`${ACT_NAMES[what]}，完成。`, shown.value.state_text === '' ? '' : `现在：${shown.value.state_text}。`)
    })
  }

  async function addPage(material: string, photo: Blob): Promise<boolean> {
    const now = shown.value
    if (!now) return false
    return work(now, async () => {
      const added = await caseWork.addPage(now.id, material, photo, newId())
      shown.value = added.case
      notice.value = done('已加入这张照片。', added.page.advice)
    })
  }

  async function work(now: Case, ask: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    overtaken.value = undefined
    try {
      await ask()
      return true
    } catch (reason) {
      await explain(now, reason)
      return false
    } finally {
      busy.value = false
    }
  }

  async function explain(now: Case, reason: unknown): Promise<void> {
    const isOld = reason instanceof Refusal && (reason.code === 'stale' || reason.code === 'not_now')
    if (!isOld) {
      notice.value = noticeOf(reason)
      // A code that is locked now, or a paper that is still owed, changed what can be done here.
      if (reason instanceof Refusal && reason.code === 'code_locked') draftOf(now.id).deliver.by = 'card'
      return
    }
    notice.value = undefined
    await takeLater(now, { title: reason.title, next: '已取回最新内容，您填写的都还在，请核对后再按一次。' })
  }

  /** A list elsewhere on the page shows a later version: take it when nothing is being typed, say so when something is. */
  async function noticeLater(card: CaseCard | undefined): Promise<void> {
    const now = shown.value
    if (!now || !card || card.id !== now.id || card.version <= now.version || busy.value) return
    const typing = draft.value !== undefined && (draft.value.form !== undefined || hasWords(draft.value))
    const words = typing ? '您填写的都还在，请核对后再继续。' : '页面已换成最新内容。'
    await takeLater(now, { title: '这件办件刚刚有变化。', next: words })
  }

  async function takeLater(now: Case, said: { title: string; next: string }): Promise<void> {
    try {
      const fresh = await caseWork.one(now.id)
      if (shown.value?.id !== now.id) return
      shown.value = fresh
      overtaken.value = { ...said, steps: fresh.history.slice(now.history.length) }
    } catch (reason) {
      notice.value = noticeOf(reason)
    }
  }

  return {
    shown, draft, opening, trouble, notice, overtaken, busy,
    open, close, lay, begin, act, addPage, noticeLater, caseOf, belongs,
  }
})
