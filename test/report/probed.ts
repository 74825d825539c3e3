import { STAGES, type StageId } from '../../src/client/stages.ts';
import type { ProbeResult, StageResult } from '../../src/probe/types.ts';

export function opened(ms = 10): ProbeResult {
  return {
    target: 'CLU1',
    transport: 'udp',
    stages: STAGES.map((id): StageResult => ({ id, status: 'pass', ms, detail: 'well' })),
    stoppedAt: null,
    cluster: {
      name: 'CLU1',
      node: 'NODE1',
      version: { major: 5, minor: 0, build: 2195, servicePack: 'Service Pack 3', vendor: '' },
    },
    kb814622: { verdict: 'unknown', appliesTo: 'programs that run on NODE1', because: ['because'] },
    localPorts: [],
  };
}

export function stopped(at: StageId, status: 'fail' | 'unknown' = 'fail'): ProbeResult {
  const end = STAGES.indexOf(at);
  const stages = STAGES.map((id, index): StageResult => {
    if (index < end) return { id, status: 'pass', ms: 10, detail: 'well' };
    if (index > end) return { id, status: 'skip', ms: 0, detail: 'not reached' };
    return { id, status, reason: 'silent', ms: 10, detail: 'nothing comes', advice: 'do this' };
  });
  return { ...opened(), stages, stoppedAt: at, cluster: null, kb814622: null };
}
