import type { ChatMessage, Reply } from '@shared/api/shapes'
import { describe, expect, it } from 'vitest'

import { openReplies, toLines } from '../../src/phone/chat/lines'
import type { Parcel } from '../../src/phone/outbox/parcels'

const HALLS: Reply = { kind: 'choices', text: '您想去哪里办？', choices: [{ label: '安文街道便民服务中心', value: 'hall:anwen' }] }

function said(id: string, text: string): ChatMessage {
  return { id, from: 'me', text, at: '' }
}

function replied(id: string, reply: Reply): ChatMessage {
  return { id, from: 'desk', reply, at: '' }
}

function parcel(matter: Parcel['matter']): Parcel {
  return { id: 'm1', matter, state: 'waiting', share: 0 }
}

describe('the conversation as bubbles', () => {
  it('shows a choice by what the button read, not by what it sent', () => {
    const lines = toLines([replied('1', HALLS), said('2', 'hall:anwen')], [], [])

    expect(lines[1]?.text).toBe('安文街道便民服务中心')
  })

  it('never shows a code that nobody can read', () => {
    expect(toLines([said('1', 'person:9f3c')], [], [])[0]?.text).toBe('（按了一个选项）')
  })

  it('shows words as they were said', () => {
    expect(toLines([said('1', '我妈七十了，想办老年优待证')], [], [])[0]?.text).toBe('我妈七十了，想办老年优待证')
  })

  it('says that there was a photograph where the history holds none', () => {
    expect(toLines([said('1', '［照片］')], [], [])[0]?.photo).toBe(true)
  })

  it('puts what is answered after the history, and what is on its way last', () => {
    const answered = { parcel: { ...parcel({ kind: 'text', text: '一' }), id: 'm0' }, replies: [HALLS], refused: false }

    const lines = toLines([said('1', '零')], [answered], [parcel({ kind: 'choice', value: 'hall:anwen', label: '安文' })])

    expect(lines.map(({ text }) => text)).toEqual(['零', '一', HALLS.text, '安文'])
    expect(lines.map((line) => Boolean(line.parcel))).toEqual([false, false, false, true])
  })
})

describe('a bubble', () => {
  const notice: Reply = { kind: 'notice', text: '受理了', choices: [] }

  it('stays the same one when the history comes to hold it', () => {
    const mine = parcel({ kind: 'text', text: '一' })
    const onItsWay = toLines([], [], [mine])
    const justAnswered = toLines([], [{ parcel: mine, replies: [HALLS, HALLS], refused: false }], [])
    const inHistory = toLines(
      [{ ...said('1.0', '一'), message_id: mine.id }, replied('1.1', HALLS), replied('1.9', notice), replied('1.2', HALLS)],
      [],
      [],
    ).filter(({ reply }) => reply?.kind !== 'notice')

    expect(inHistory.map(({ key }) => key)).toEqual(justAnswered.map(({ key }) => key))
    expect(onItsWay[0]?.key).toBe(justAnswered[0]?.key)
  })

  it('never has the key of another', () => {
    const lines = toLines([replied('0.9', notice), said('1.0', '一'), replied('1.1', HALLS), said('2.0', '二')], [], [])

    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length)
  })
})

describe('what can be pressed', () => {
  it('is what was offered last', () => {
    const lines = toLines([replied('1', HALLS)], [], [])

    expect(openReplies(lines)).toEqual(new Set([lines[0]?.key]))
  })

  it('is nothing once something was said after it', () => {
    expect(openReplies(toLines([replied('1', HALLS), said('2', '等等')], [], []))).toEqual(new Set())
  })
})
