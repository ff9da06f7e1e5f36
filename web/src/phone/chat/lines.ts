import type { ChatMessage, Reply } from '@shared/api/shapes'

import type { Parcel } from '../outbox/parcels'

/** One bubble: the person's words or photograph, or one reply. */
export interface Line {
  /** The same before and after the history holds it, so that a bubble keeps its focus and is not read out twice. */
  key: string
  from: 'me' | 'desk'
  text: string
  reply?: Reply
  photo?: Blob | true
  /** The parcel, while it is not answered. */
  parcel?: Parcel
}

/** A message that was answered but does not stand in the fetched history yet. */
export interface Answered {
  parcel: Parcel
  replies: Reply[]
  /** Refused: the server has no record of it, so it never will stand there. */
  refused: boolean
}

// How many messages back a pressed choice was offered at most.
const OFFERED_WITHIN = 12

export const PHOTO_IN_HISTORY = '［照片］'

// What can be pressed from everywhere; the label of any other choice stands in the replies before it.
const KNOWN_LABELS: Record<string, string> = {
  restart: '重新开始',
  my_cases: '我的办件',
  ask_person: '找工作人员',
  for_somebody: '代村民办事',
}

/** The conversation as bubbles: history first, then what was answered since, then what is still on its way. */
export function toLines(
  messages: readonly ChatMessage[],
  answered: readonly Answered[],
  parcels: readonly Parcel[],
  pictures: ReadonlyMap<string, Blob> = new Map(),
): Line[] {
  const keys = keysOf(messages)
  const said = messages.map((message, n) => {
    const text = labelOf(message, messages.slice(Math.max(0, n - OFFERED_WITHIN), n))
    const line = fromHistory(message, keys[n] ?? message.id, text)
    const picture = pictures.get(message.message_id ?? '')
    return picture && line.photo ? { ...line, photo: picture } : line
  })
  return [...said, ...answered.flatMap(fromAnswered), ...parcels.map(fromParcel)]
}

/** The line whose choices can be pressed: a reply with choices after which nothing was said. */
export function openReplies(lines: readonly Line[]): Set<string> {
  const last = lines.map((line) => line.from).lastIndexOf('me')
  return new Set(lines.slice(last + 1).flatMap((line) => (line.reply?.choices.length ? [line.key] : [])))
}

/** What the history keeps of a parcel: the words, the value of a choice, or that there was a photograph. */
export function told({ matter }: Parcel): string {
  if (matter.kind === 'text') return matter.text
  return matter.kind === 'choice' ? matter.value : PHOTO_IN_HISTORY
}

function keyOf(messageId: string, place: number): string {
  return `${messageId}.${place}`
}

// The person's message has place 0 under its id and its replies 1, 2, …; a notice comes in between and answers nothing.
function keysOf(messages: readonly ChatMessage[]): string[] {
  let answering: string | undefined
  let place = 0
  return messages.map(({ id, from, message_id, reply }) => {
    if (from === 'me') [answering, place] = [message_id, 0]
    if (reply?.kind === 'notice' || answering === undefined) return `history ${id}`
    return keyOf(answering, place++)
  })
}

function fromHistory(message: ChatMessage, key: string, text: string): Line {
  const line: Line = { key, from: message.from, text }
  if (message.reply) line.reply = message.reply
  if (message.from === 'me' && message.text === PHOTO_IN_HISTORY) line.photo = true
  return line
}

function labelOf(message: ChatMessage, before: readonly ChatMessage[]): string {
  if (message.reply) return message.reply.text
  const value = message.text ?? ''
  const offered = before.flatMap((earlier) => earlier.reply?.choices ?? []).filter((choice) => choice.value === value)
  return offered[offered.length - 1]?.label ?? KNOWN_LABELS[value] ?? nameless(value)
}

// A value such as "person:9f3c" was meant for the server; nobody should have to read it.
function nameless(value: string): string {
  return /^[a-z_]+:/.test(value) ? '（按了一个选项）' : value
}

function fromAnswered({ parcel, replies }: Answered): Line[] {
  const said = fromParcel(parcel)
  delete said.parcel
  return [said, ...replies.map((reply, n): Line => ({ key: keyOf(parcel.id, n + 1), from: 'desk', text: reply.text, reply }))]
}

function fromParcel(parcel: Parcel): Line {
  const { matter, photo } = parcel
  const text = matter.kind === 'text' ? matter.text : matter.kind === 'choice' ? matter.label : ''
  return { key: keyOf(parcel.id, 0), from: 'me', text, parcel, ...(photo ? { photo } : {}) }
}
