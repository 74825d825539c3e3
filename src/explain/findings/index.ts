import { answeredFromElsewhere } from './answered-from-elsewhere.ts';
import { callFaulted } from './call-faulted.ts';
import { callRejected } from './call-rejected.ts';
import { callbackUnanswered } from './callback-unanswered.ts';
import { operationFailed } from './operation-failed.ts';
import { packetsLost } from './packets-lost.ts';
import { ipFragmentsMissing, pathTooNarrow } from './path-too-narrow.ts';
import { portsLeak } from './ports-leak.ts';
import { responseLost } from './response-lost.ts';
import type { CallRule, CaptureRule } from './rule.ts';
import { bootTimeChanged, wrongBootTime } from './server-restarted.ts';
import { serverSilent } from './server-silent.ts';

export const CALL_RULES: readonly CallRule[] = [
  callbackUnanswered,
  serverSilent,
  wrongBootTime,
  callRejected,
  callFaulted,
  operationFailed,
  responseLost,
  pathTooNarrow,
  answeredFromElsewhere,
];

export const CAPTURE_RULES: readonly CaptureRule[] = [portsLeak, bootTimeChanged, ipFragmentsMissing, packetsLost];
