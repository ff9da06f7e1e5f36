/** What a parcel carries: something said in the chat, or a photograph for one material of a case. */
export type Matter =
  | { kind: 'text'; text: string }
  | { kind: 'choice'; value: string; label: string }
  | { kind: 'photo' }
  | { kind: 'page'; case: string; material: string }

/**
 * 待发件: one thing the person did that the server has yet to answer. Its id is the message id and the idempotency key,
 * so that sending it twice does it once.
 */
export interface Parcel {
  id: string
  matter: Matter
  photo?: Blob
  /** preparing: its photograph is being made smaller. waiting: its turn comes. stuck: the last try reached nobody. */
  state: 'preparing' | 'waiting' | 'sending' | 'stuck'
  /** How much of it has left the telephone, 0…1. */
  share: number
}

/** Carries parcels of some kinds, and hears how it went. */
export interface Courier<Answer> {
  carries: (matter: Matter) => boolean
  send: (parcel: Parcel, onProgress: (share: number) => void) => Promise<Answer>
  delivered: (parcel: Parcel, answer: Answer) => void
  refused: (parcel: Parcel, refusal: Error) => void
}
