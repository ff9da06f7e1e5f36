import { chat } from '@shared/api/endpoints'
import { Refusal } from '@shared/api/http'
import type { ChatAnswer, ChatMessage, Choice, Reply } from '@shared/api/shapes'
import { follow, type Followed } from '@shared/live'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { useOutbox } from '../outbox/outbox'
import type { Parcel } from '../outbox/parcels'
import { shrink } from '../outbox/shrinking'
import { type Answered, openReplies, toLines, told } from './lines'

/**
 * 对话: what was said on both sides. The server's history is the truth and only `catchUp` adds to it; an answer is shown
 * at once beside it and given up when the history holds it. An event only says that there is something to fetch: so a
 * message that comes by event, by answer and by history is still shown once.
 */
export const useConversation = defineStore('conversation', () => {
  const outbox = useOutbox()
  const messages = shallowRef<ChatMessage[]>([])
  const answered = shallowRef<Answered[]>([])
  const loading = ref(false)
  const unread = ref(0)
  /** Grows when a notice came: lists that it may concern fetch themselves again. */
  const noticed = ref(0)
  /** Photographs sent from this page by message id: the history only mentions them. */
  const pictures = new Map<string, Blob>()
  let last = ''
  let fetching: Promise<void> | undefined
  let followed: Followed | undefined

  const parcels = computed(() => outbox.parcels.filter(({ id, matter }) => matter.kind !== 'page' && !known(id)))
  const lines = computed(() => toLines(messages.value, answered.value, parcels.value, pictures))
  const open = computed(() => openReplies(lines.value))
  const thinking = computed(() => parcels.value.find(({ state }) => state === 'sending' || state === 'preparing'))

  outbox.carryWith<ChatAnswer>({
    carries: ({ kind }) => kind !== 'page',
    send: async (parcel, onProgress) => chat.say(parcel.id, await body(parcel), onProgress),
    delivered: (parcel, { replies }) => {
      const before = answered.value.filter(({ refused }) => !refused)
      if (parcel.photo) pictures.set(parcel.id, parcel.photo)
      answered.value = known(parcel.id) ? before : [...before, { parcel, replies, refused: false }]
      void catchUp().catch(() => {})
    },
    refused: (parcel, trouble) => {
      answered.value = [...answered.value, { parcel, replies: [spoken(trouble)], refused: true }]
    },
  })

  /** Whether the history holds a message already: its answer was lost on the way, and it is only sent to be sure. */
  function known(id: string): boolean {
    return messages.value.some(({ message_id }) => message_id === id)
  }

  /** Load what was said and stay up to date until `leave`. */
  async function enter(): Promise<void> {
    leave()
    followed = follow({ stream: chat.events, event: 'message', onEvent: () => void catchUp().catch(() => {}), catchUp })
    loading.value = true
    try {
      await catchUp()
    } finally {
      loading.value = false
      unread.value = 0
    }
  }

  function leave(): void {
    followed?.stop()
    followed = undefined
    messages.value = []
    answered.value = []
    pictures.clear()
    unread.value = 0
    last = ''
  }

  /** Fetch what is new. While a message is under way it waits: its answer and its history would show twice. */
  async function catchUp(): Promise<void> {
    while (fetching) await fetching
    if (thinking.value) return
    fetching = fetchNew().finally(() => (fetching = undefined))
    return fetching
  }

  async function fetchNew(): Promise<void> {
    // What was said before the page opened is no news, also when it could only be fetched later.
    const history = last === ''
    for (let full = true; full; ) {
      const from = last
      const fresh = await chat.after(from)
      if (from !== last) return
      last = fresh.last || last
      full = fresh.messages.length >= 200
      if (fresh.messages.length) take(fresh.messages)
      if (history) unread.value = 0
    }
  }

  function take(fresh: ChatMessage[]): void {
    answered.value = notYetIn(fresh, answered.value)
    messages.value = [...messages.value, ...fresh]
    unread.value += fresh.filter(({ from }) => from === 'desk').length
    if (fresh.some(({ reply }) => reply?.kind === 'notice')) noticed.value += 1
  }

  async function say(text: string): Promise<void> {
    if (text.trim()) await outbox.add({ kind: 'text', text: text.trim() })
  }

  async function pick({ value, label }: Pick<Choice, 'value' | 'label'>): Promise<void> {
    await outbox.add({ kind: 'choice', value, label })
  }

  async function show(picture: Blob): Promise<void> {
    await outbox.add({ kind: 'photo' }, shrink(picture))
  }

  return { messages, lines, open, loading, unread, noticed, thinking, enter, leave, catchUp, say, pick, show }
})

function notYetIn(fresh: readonly ChatMessage[], answered: readonly Answered[]): Answered[] {
  const heard = fresh.filter(({ from }) => from === 'me')
  return answered.filter(({ parcel, refused }) => {
    if (refused) return true
    const at = heard.findIndex(({ message_id, text }) => (message_id ? message_id === parcel.id : text === told(parcel)))
    if (at >= 0) heard.splice(at, 1)
    return at < 0
  })
}

async function body({ matter, photo }: Parcel): Promise<Parameters<typeof chat.say>[1]> {
  if (matter.kind === 'text') return { text: matter.text }
  if (matter.kind === 'choice') return { choice: matter.value }
  return { photo: await dataUrl(photo ?? new Blob()) }
}

function dataUrl(photo: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error ?? new Error('photo'))
    reader.readAsDataURL(photo)
  })
}

/** A refusal as a reply, so that it is read where the person is looking. */
function spoken(trouble: Error): Reply {
  const said = trouble instanceof Refusal ? trouble : undefined
  return {
    kind: 'refusal',
    text: said ? `${said.title}${said.nextStep}` : '这张照片没能打开，请重新拍一张。',
    choices: [...(said?.alternatives ?? [])],
  }
}
