import type { ClusterVersion } from '../client/cluster-client.ts';
import type { Kb814622 } from './types.ts';

/**
 * What the version that a cluster node tells of itself says about KB814622. Service pack 4 of Windows 2000 is the first
 * to hold the correction; before it, a hotfix may be there that no RPC call shows.
 */
export function kb814622Of(node: string, version: ClusterVersion): Kb814622 {
  const appliesTo = `programs that run on ${node}`;
  const system = systemName(version);
  if (version.major !== 5 || version.minor !== 0) {
    return {
      verdict: 'not-applicable',
      appliesTo,
      because: [`${node} runs ${system}; the article is about Windows 2000 (5.0)`],
    };
  }
  const servicePack = servicePackNumber(version.servicePack);
  if (servicePack !== null && servicePack >= 4) {
    return {
      verdict: 'fixed',
      appliesTo,
      because: [`${node} runs ${system}; service pack 4 is the first to hold the correction`],
    };
  }
  return {
    verdict: 'unknown',
    appliesTo,
    because: [
      servicePack === null
        ? `${node} runs ${system}, and its service pack ${JSON.stringify(version.servicePack)} cannot be read`
        : `${node} runs ${system}, which leaks unless the hotfix is installed`,
      `the hotfix is not visible over RPC: run clusrpc audit on ${node}`,
    ],
  };
}

/** 0 for the empty text of a system without one; null for a text of another form. */
function servicePackNumber(text: string): number | null {
  if (text.trim() === '') return 0;
  const match = /^service pack (\d+)/i.exec(text.trim());
  return match === null ? null : Number(match[1]);
}

const NAMES: Readonly<Record<string, string>> = {
  '4.0': 'Windows NT 4.0',
  '5.0': 'Windows 2000',
  '5.2': 'Windows Server 2003',
  '6.0': 'Windows Server 2008',
  '6.1': 'Windows Server 2008 R2',
  '6.2': 'Windows Server 2012',
  '6.3': 'Windows Server 2012 R2',
  '10.0': 'Windows Server 2016 or later',
};

function systemName({ major, minor, build, servicePack }: ClusterVersion): string {
  const name = NAMES[`${major}.${minor}`] ?? `Windows ${major}.${minor}`;
  return [`${name} (build ${build})`, servicePack === '' ? 'without a service pack' : servicePack].join(', ');
}
