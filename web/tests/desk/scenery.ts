/** Made-up tickets, queues and cases for the desk page's scenes; nobody here exists. */
import type { Case } from '@shared/api/shapes'

import type { HallQueue, Ticket } from '../../src/desk/shapes'

export function aTicket(given: Partial<Ticket> = {}): Ticket {
  return {
    id: 't1',
    number: 'A001',
    holder: '王小明',
    service_code: 'MZ10',
    service_name: '老年优待证办理',
    group: 'comprehensive',
    group_text: '综合窗口',
    green: '',
    green_text: '',
    booked_for_text: '',
    state: 'waiting',
    state_text: '等候',
    counter: null,
    counter_name: '',
    clerk: null,
    calls: 0,
    returns: 0,
    why: [],
    wait_text: '',
    waited_minutes: 3,
    case_id: null,
    appointment_id: null,
    person_id: null,
    version: 1,
    ...given,
  }
}

export function aQueue(tickets: Ticket[], given: Partial<HallQueue> = {}): HallQueue {
  return {
    hall: 'anwen',
    hall_name: '安文街道便民服务中心',
    revision: 1,
    at: '2026-11-23T09:00:00+08:00',
    tickets,
    booked: [],
    cases: [],
    questions_open: 0,
    on_counter: [],
    groups: [],
    posts: [],
    rules_text: '',
    ...given,
  }
}

export function aCase(given: Partial<Case> = {}): Case {
  return {
    id: 'c1',
    number: 'BJ2026112300001',
    service_code: 'MZ10',
    service_name: '老年优待证办理',
    project_type: '承诺件',
    department: '县民政局',
    applicant_name: '王小明',
    proxy_name: '',
    hall: 'anwen',
    hall_name: '安文街道便民服务中心',
    door: 'phone',
    door_text: '手机',
    state: 'received',
    state_text: '窗口已收件',
    submitted_at: '2026-11-23T08:50:00+08:00',
    submitted_text: '11月23日（星期一）08:50',
    due: null,
    rounds: 0,
    version: 3,
    applicant: {
      id: 'p1',
      name: '王小明',
      id_number: '330000**********29',
      phone: '139****0001',
      age: 71,
      green: 'elder',
      green_text: '老年人优先',
    },
    appointment_id: null,
    materials: [
      material('id_card', '居民身份证'),
      material('photo', '一寸照片'),
    ],
    lacking: [],
    outcome: null,
    issue: null,
    evaluation: null,
    correction: null,
    note: '',
    history: [],
    acts: ['accept', 'ask_correction', 'redirect'],
    escalation: null,
    owing: [],
    owing_late: false,
    may_follow: [],
    extension: null,
    ...given,
  }
}

function aPage(of: string): Case['materials'][number]['pages'][number] {
  return { id: `page-${of}`, kind: 'other', verdict: 'good', advice: '', added_at: '2026-11-23T08:45:00+08:00', url: `/api/v1/pages/page-${of}` }
}

export function material(key: string, name: string): Case['materials'][number] {
  return { key, name, kind: 'other', need: '必要', when: '', verdict: 'pending', verdict_text: '待核对', remark: '', pages: [aPage(key)], correct_by_text: '', promised_by: null, promised_by_text: '', owed: false }
}

/** Answers a question the way the server does; `code` makes it a refusal. */
export function answering(body: unknown, status = 200): Response {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })
}

export function refusal(code: string, status = 409): Response {
  return answering({ type: 'about:blank', status, code, title: '刚刚被别人改过了。', next_step: '请核对。', errors: [] }, status)
}
