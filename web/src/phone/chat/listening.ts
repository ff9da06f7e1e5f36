import { onBeforeUnmount, ref, type Ref } from 'vue'

/** The part of the browsers' speech recognition that is used; TypeScript's library does not describe it. */
interface Recognition {
  lang: string
  interimResults: boolean
  onresult: ((event: { results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null
  onerror: ((event: { error: string }) => void) | null
  onend: (() => void) | null
  start: () => void
  stop: () => void
}

type Recogniser = new () => Recognition

export interface Listening {
  /** Whether this browser can turn speech into text at all; if not, no button is shown. */
  offered: boolean
  listening: Ref<boolean>
  trouble: Ref<string>
  toggle: () => void
}

/** 用说的: speech into the input box, where it can be read before it is sent. */
export function useListening(heard: (text: string) => void): Listening {
  const listening = ref(false)
  const trouble = ref('')
  const Recogniser = recogniserOf(window)
  let recognition: Recognition | undefined

  function toggle(): void {
    if (listening.value || !Recogniser) return recognition?.stop()
    trouble.value = ''
    recognition = new Recogniser()
    recognition.lang = 'zh-CN'
    recognition.interimResults = true
    recognition.onresult = ({ results }) => heard(Array.from(results, (result) => result[0]?.transcript ?? '').join(''))
    recognition.onerror = ({ error }) => (trouble.value = said(error))
    recognition.onend = () => (listening.value = false)
    recognition.start()
    listening.value = true
  }

  onBeforeUnmount(() => recognition?.stop())
  return { offered: Recogniser !== undefined, listening, trouble, toggle }
}

function recogniserOf(browser: object): Recogniser | undefined {
  const known = browser as { SpeechRecognition?: Recogniser; webkitSpeechRecognition?: Recogniser }
  return known.SpeechRecognition ?? known.webkitSpeechRecognition
}

function said(error: string): string {
  if (error === 'not-allowed') return '没有允许用话筒，请打字，或者在手机设置里允许。'
  return error === 'no-speech' ? '没听到声音，请再按一次话筒说。' : '这会儿听不清，请打字，或者过会儿再说。'
}
