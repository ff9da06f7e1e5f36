/** 语音叫号: reading calls aloud, one after the other, where the browser has a Chinese voice and was allowed to speak. */
const DIGITS: Record<string, string> = {
  '0': '零', '1': '一', '2': '二', '3': '三', '4': '四', '5': '五', '6': '六', '7': '七', '8': '八', '9': '九',
}

const spelt = (text: string): string => text.replace(/\d/g, (digit) => DIGITS[digit] ?? digit)

/**
 * A004, 03 → 请A零零四号，到三号窗口。The number is spelt: "四号" and "十四号" sound alike across a hall. A counter without
 * a sign is called by its name.
 */
export function callAloud(number: string, counterNumber: string, counterName: string): string {
  const sign = counterNumber.replace(/^0+/, '')
  const where = sign ? `${spelt(sign)}号窗口` : spelt(counterName)
  return `请${spelt(number)}号，到${where}。`
}

export const canSpeak = (): boolean => typeof speechSynthesis !== 'undefined'

export function speak(words: string): void {
  if (!canSpeak()) return
  const said = new SpeechSynthesisUtterance(words)
  said.lang = 'zh-CN'
  said.rate = 0.9
  speechSynthesis.speak(said)
}

export function hush(): void {
  if (canSpeak()) speechSynthesis.cancel()
}
