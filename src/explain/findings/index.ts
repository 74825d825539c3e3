import { answeredFromElsewhere } from './answered-from-elsewhere.ts';
import { callFaulted } from './call-faulted.ts';
import { callRejected } from './call-rejected.ts';
import { callbackUnanswered } from './callback-unanswered.ts';
import { clientGone } from './client-gone.ts';
import { clocks } from './clocks.ts';
import { operationFailed } from './operation-failed.ts';
import { packetsLost } from './packets-lost.ts';
import { ipFragmentsMissing, pathTooNarrow } from './path-too-narrow.ts';
import { portsLeak } from './ports-leak.ts';
import { requestsLost } from './requests-lost.ts';
import { responseLost } from './response-lost.ts';
import type { CallRule, CaptureRule } from './rule.ts';
import { bootTimeChanged, wrongBootTime } from './server-restarted.ts';
import { serverSilent } from './server-silent.ts';
import { unreachable } from './unreachable.ts';

export const CALL_RULES: readonly CallRule[] = [
  callbackUnanswered,
  unreachable,
  requestsLost,
  serverSilent,
  wrongBootTime,
  callRejected,
  callFaulted,
  operationFailed,
  responseLost,
  clientGone,
  pathTooNarrow,
  answeredFromElsewhere,
];

export const CAPTURE_RULES: readonly CaptureRule[] = [
  portsLeak,
  bootTimeChanged,
  ipFragmentsMissing,
  packetsLost,
  clocks,
];
