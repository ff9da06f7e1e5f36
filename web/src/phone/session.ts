import { signing } from '@shared/api/endpoints'
import { Refusal, whenSignedOut } from '@shared/api/http'
import type { Me } from '@shared/api/shapes'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { useBatch } from './batch/batch'
import { useConversation } from './chat/conversation'
import { silent, soon, useProvisions } from './keeping/provisions'
import { useOutbox } from './outbox/outbox'

const ASK_AGAIN = 15_000

/** 登录会话: who is signed in on this page. The token itself stays in a cookie that no script can read. */
export const useSession = defineStore('session', () => {
  const me = ref<Me>()
  /** Opened without a line for whoever used the page last; the server has yet to say that they are still signed in. */
  const unconfirmed = ref(false)
  const outbox = useOutbox()
  const conversation = useConversation()
  const batch = useBatch()
  const provisions = useProvisions()
  let confirming: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Citizens and proxies use this page; somebody of the staff has the desk page. */
  const mayUse = computed(() => me.value?.role === 'citizen' || me.value?.role === 'proxy')
  const isProxy = computed(() => me.value?.role === 'proxy')

  /** Find out whether a session is still open; throws `Unreachable` when nobody answers and nobody used this page lately. */
  async function resume(): Promise<void> {
    const asking = signing.me()
    asking.catch(() => {})
    const last = await provisions.lastUser()
    try {
      await begin(await (last ? soon(asking) : asking))
    } catch (trouble) {
      if (last && silent(trouble)) await beginUnconfirmed(last)
      else if (!(trouble instanceof Refusal)) throw trouble
    }
  }

  async function signInAs(identity: string): Promise<void> {
    await begin(await signing.signInAs(identity))
  }

  /** What this telephone keeps goes first: it goes even when the server cannot be told. */
  async function signOut(): Promise<void> {
    await provisions.empty()
    await signing.signOut()
    end()
  }

  async function begin(who: Me): Promise<void> {
    settled()
    me.value = who
    await (mayUse.value ? provisions.openFor(who) : provisions.empty())
    await openPage()
  }

  async function beginUnconfirmed(who: Me): Promise<void> {
    me.value = who
    unconfirmed.value = true
    await openPage()
    askLater()
  }

  async function openPage(): Promise<void> {
    if (!me.value || !mayUse.value) return
    await outbox.openFor(me.value.code, confirm)
    if (isProxy.value) {
      await batch.openFor(me.value.code, confirm)
      if (!unconfirmed.value) void provisions.pack()
    }
    // The first page need not wait for the history; it shows that it is being fetched.
    void conversation.enter().catch(() => {})
  }

  /** Nothing kept is sent before the server has said whose session this is: somebody else may have signed in since. */
  function confirm(): Promise<void> {
    if (!unconfirmed.value) return Promise.resolve()
    confirming ??= askWhoIsThere().finally(() => (confirming = undefined))
    return confirming
  }

  async function askWhoIsThere(): Promise<void> {
    const who = await signing.me()
    if (who.code !== me.value?.code) {
      end()
      return begin(who)
    }
    settled()
    me.value = who
    await provisions.openFor(who)
    if (isProxy.value) void provisions.pack()
  }

  function askLater(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void confirm().catch(() => {}).then(() => unconfirmed.value && askLater()), ASK_AGAIN)
  }

  function settled(): void {
    unconfirmed.value = false
    clearTimeout(timer)
  }

  function end(): void {
    settled()
    me.value = undefined
    outbox.close()
    batch.close()
    conversation.leave()
    void provisions.empty()
  }

  whenSignedOut(end)
  addEventListener('online', () => void confirm().catch(() => {}))
  return { me, mayUse, isProxy, unconfirmed, resume, signInAs, signOut }
})
