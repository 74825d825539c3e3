import type { HostPortsWatch } from './host-ports-watch.ts';
import type { ExplainSettings } from './limits.ts';
import type { ReturnFacts } from './port-returns.ts';
import type { PortVerdict } from './port-types.ts';
import { durationWords } from './words.ts';

interface Judgement {
  readonly verdict: PortVerdict;
  readonly because: string;
}

/** Fewer are a matter of chance. */
const FEW = 3;
/** As rarely as that chance alone makes ports of failed opens stay away. */
const CHANCE = 0.001;
/** A host whose closed ports come back less often draws its ports at random, or from a large range. */
const REUSES = 0.3;
/** Programs that fail and fall silent leave their last ports behind: so many beside those that are known by their callbacks. */
const SILENT_PROGRAMS = 2;
/** RPCSS gives the lowest free port (KB814622), so that the ports of its pool lie close to each other. */
const CLOSE_TOGETHER = 0.5;

/** Ports of failed opens that come back so many times later than closed ones may be those of a process that ended. */
const IN_TIME = 3;

const LIMITED =
  'HKLM\\Software\\Microsoft\\Rpc\\Internet of that host says whether its RPC ports are limited; give them as `ports`';

/**
 * On a machine with the defect of KB814622 a port comes back after a close, and after a failed open never. So ports of failed opens
 * are compared with closed ones of the same time, in a host that uses ports again at all.
 */
export function judgePorts(watch: HostPortsWatch, settings: ExplainSettings): Judgement {
  const { counts, outside, ranges, lastMs } = watch;
  if (ranges !== null && outside === counts.opens) {
    return {
      verdict: 'none',
      because: 'all its ports lie outside the RPC ports given, so that the defect cannot be theirs',
    };
  }
  const facts = watch.returns.facts(lastMs);
  const { closed, closedReturned, failed, failedReturned } = facts;
  if (counts.closed === 0) {
    return unclear(
      'no open came to a close, so that nothing shows whether ports come back',
      'capture while opens succeed too',
    );
  }
  if (counts.reusedAfterClose + counts.reusedAfterFailure === 0) return withoutReuse(watch, settings);
  if (facts.usualMs === null || closedReturned <= closed * REUSES) {
    return unclear(
      `only ${counts.reusedAfterClose} of ${counts.closed} closed ports came back, as where ports are drawn at random`,
      LIMITED,
    );
  }
  if (counts.failed === 0) return withoutFailure(watch, settings);
  const returns = `${failedReturned} of ${failed} ports on which an open failed came back, and ${closedReturned} of ${closed} that were closed`;
  if (facts.chance < CHANCE) return fewerReturn(watch, facts, returns);
  const failedMs = watch.returns.usualMs('failed');
  if (failedMs !== null && failedMs > facts.usualMs * IN_TIME) {
    return unclear(
      `${returns}, though as late as where a program was started anew`,
      'a capture while no program is started anew',
    );
  }
  const atAnEnd = watch.processes.atAnEnd(facts.usualMs);
  if (failed - atAnEnd >= FEW && (failedReturned - atAnEnd) * closed * 2 >= closedReturned * (failed - atAnEnd)) {
    return { verdict: 'none', because: returns };
  }
  if (atAnEnd > 0) {
    return unclear(
      `${returns}, ${atAnEnd} of them beside the last sign of a program, whose end gives lost ports back too`,
      'a longer capture in which no program ends',
    );
  }
  return unclear(
    failed === 0
      ? `${counts.failed} opens failed so late that their ports could not come back`
      : `${returns}: too few to tell`,
    'a longer capture',
  );
}

/** It is no chance; a second reason beside the defect may be, for failed opens and for where their ports lie. */
function fewerReturn(watch: HostPortsWatch, { apart }: ReturnFacts, returns: string): Judgement {
  const processes = Math.max(1, watch.processes.size);
  if (apart < processes + SILENT_PROGRAMS) {
    const programs = processes === 1 ? 'a program' : `one of at least ${processes} programs`;
    return unclear(
      `${returns}, but ${programs} that failed and then fell silent leaves such ports too`,
      'a longer capture',
    );
  }
  if (watch.ranges === null && !liesCloseTogether(watch)) {
    return unclear(`${returns}, but they lie far apart, as the ports of RPCSS do not`, LIMITED);
  }
  return { verdict: 'leak', because: `${returns}, which chance brings about less than once in ${1 / CHANCE}` };
}

/** Of the ports around those that did not come back, leaving out the outermost tenths, most were used. */
function liesCloseTogether(watch: HostPortsWatch): boolean {
  const lost = [...watch.abandoned].sort((a, b) => a - b);
  const first = lost[Math.floor(lost.length / 10)] ?? 0;
  const last = lost[Math.ceil((lost.length * 9) / 10) - 1] ?? 0;
  let used = 0;
  for (let port = first; port <= last; port++) if (watch.knows(port)) used += 1;
  return used >= (last - first + 1) * CLOSE_TOGETHER;
}

function withoutReuse({ counts, ranges }: HostPortsWatch, { recycleAfterMs }: ExplainSettings): Judgement {
  if (counts.freshPastClosed < FEW) {
    const wait = `closed ports come back after ${durationWords(recycleAfterMs)}`;
    return unclear('no port has come back yet', `${wait}: a longer capture`);
  }
  const fact = `${counts.freshPastClosed} opens took a fresh port though others had been closed for more than ${durationWords(recycleAfterMs)}, and none came back`;
  if (ranges !== null) return { verdict: 'never-reused', because: `${fact}: KB814622 to the letter` };
  return unclear(`${fact}: ordinary ephemeral ports, or KB814622 to the letter`, LIMITED);
}

function withoutFailure({ counts, missing }: HostPortsWatch, { recycleAfterMs }: ExplainSettings): Judgement {
  if (counts.freshPastClosed < FEW) return { verdict: 'none', because: 'ports come back, and no open failed' };
  return unclear(
    `no open failed, but ${counts.freshPastClosed} opens took a fresh port though others, ${missing} at last, had been closed for more than ${durationWords(recycleAfterMs)}: a second program, sockets of others, or opens that fail without a packet, as for want of memory`,
    'a day of netstat samples from that host, as `collectorScript` takes them',
  );
}

function unclear(fact: string, decides: string): Judgement {
  return { verdict: 'unclear', because: `${fact}. What would decide it: ${decides}` };
}
