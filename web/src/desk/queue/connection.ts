/**
 * 连接状态: whether what the page shows is live. `follow` asks again only while events do not come, so two questions in a
 * row without an event between them mean that it lives on questions, and a question without an answer that nobody is there.
 */
import { follow, type Followed, type Following } from '@shared/live'
import { ref, type Ref } from 'vue'

export type Connection = 'connecting' | 'live' | 'asking' | 'offline'

const ASK_EVERY = 2_000
const TRY_STREAM_AGAIN_AFTER = 10_000

export interface Watched extends Followed {
  connection: Ref<Connection>
}

export function watchLive(following: Following, start: typeof follow = follow): Watched {
  const connection = ref<Connection>('connecting')
  let askedWithoutEvent = 0
  let unpluggings = 0

  async function catchUp(): Promise<void> {
    askedWithoutEvent += 1
    const known = unpluggings
    try {
      await following.catchUp()
      // What was asked before the cable came out says nothing of now.
      if (known !== unpluggings) return
      if (askedWithoutEvent > 1) connection.value = 'asking'
      else if (connection.value === 'offline') connection.value = 'live'
    } catch (trouble) {
      connection.value = 'offline'
      throw trouble
    }
  }

  function onEvent(carried: unknown): void {
    askedWithoutEvent = 0
    connection.value = 'live'
    following.onEvent(carried)
  }

  // A pulled cable leaves the stream standing for minutes, and silent; the browser knows better.
  function unplugged(): void {
    unpluggings += 1
    connection.value = 'offline'
  }
  addEventListener('offline', unplugged)

  const followed = start({
    askEvery: ASK_EVERY,
    tryStreamAgainAfter: TRY_STREAM_AGAIN_AFTER,
    ...following,
    catchUp,
    onEvent,
  })
  function stop(): void {
    removeEventListener('offline', unplugged)
    followed.stop()
  }

  return { stop, connection }
}
