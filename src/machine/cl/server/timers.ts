import { repeatAt, sendAnswer } from './answers.ts';
import type { ServerContext } from './context.ts';
import { tellMissingAgain } from './messages.ts';
import { sweepWhenDue } from './sweep.ts';

/** The timers of a server; that of its callbacks belongs to the client inside. */
const TIMERS: Readonly<Record<string, (context: ServerContext, now: number) => void>> = {
  /** Repetition, where the settings want it: of an answer that nobody has confirmed ([MS-RPCE] note 88), of a fack that brought nothing. */
  repetition,
  /** The scavenger: idle calls, activities and clients, every so often ([MS-RPCE] notes 89 and 94, 3.2.3.6.1). */
  sweep: sweepWhenDue,
};

/** The time has come, or is past: everything that is due, and when to come again. */
export function expire(context: ServerContext, now: number): void {
  for (const timer of Object.values(TIMERS)) timer(context, now);
}

function repetition(context: ServerContext, now: number): void {
  const { repeats, out } = context;
  for (let activity = repeats.take(now); activity !== null; activity = repeats.take(now)) {
    for (const call of [...activity.calls]) {
      if (call.state !== 'sending' && call.state !== 'receiving') continue;
      const at = repeatAt(context, call);
      if (at > now) {
        if (at < Number.POSITIVE_INFINITY) repeats.wake(activity, at);
      } else if (call.state === 'receiving') tellMissingAgain(context, call, now);
      else {
        call.repeats += 1;
        sendAnswer(context, call, now, true);
      }
    }
  }
  out.arm(repeats.next);
}
