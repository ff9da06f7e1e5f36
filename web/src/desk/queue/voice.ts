/** 语音叫号: reading calls aloud, one after the other, where the browser has a Chinese voice and was allowed to speak. */
const DIGITS: Record<string, string> = {
  '0': '零', '1': '一', '2': '二', '3': '三', '4': '四', '5': '五', '6': '六', '7': '七', '8': '八', '9': '九',
}

/** A004, 综合窗口2 → 请A零零四号，到综合窗口二。Numbers are spelt: "四号" and "十四号" sound alike across a hall. */
export function callAloud(number: string, counter: string): string {
  const spelt = (text: string): string => text.replace(/\d/g, (digit) => DIGITS[digit] ?? digit)
  return `请${spelt(number)}号，到${spelt(counter)}。`
}

export const canSpeak = (): boolean => typeof speechSynthesis !== 'undefined'

export function speak(words: string): void {
  if (!canSpeak()) return
  const said = new SpeechSynthesisUtterance(words)
  said.lang = 'zh-CN'
  said.rate = 0.9
  speechSynthesis.speak(said)
}
