import type { Evidence } from '../evidence/evidence.ts';
import type { PortConfiguration } from '../ports/configuration.ts';
import { adviceFor } from './advice.ts';
import { type ClusterRole, clusterRule } from './rules/cluster.ts';
import { type Exposure, exposureRule } from './rules/exposure.ts';
import { type FileState, filesRule } from './rules/files.ts';
import { hotfixRule } from './rules/hotfix.ts';
import { servicePackRule } from './rules/service-pack.ts';
import { systemRule } from './rules/system.ts';
import { type Verdict, verdictRule } from './rules/verdict.ts';
import { waitingCopiesRule } from './rules/waiting-copies.ts';

/** The answer to "does KB814622 apply here, is it fixed, and will it hurt?" */
export interface InstallationDiagnosis {
  readonly system: {
    readonly kind: 'windows-2000' | 'other' | 'unknown';
    readonly version: string | null;
    readonly build: number | null;
    readonly servicePack: number | null;
    readonly edition: string | null;
  };
  readonly cluster: ClusterRole;
  readonly files: readonly FileState[];
  readonly ports: PortConfiguration | null;
  readonly verdict: Verdict;
  readonly exposure: Exposure;
  /** Sentences that a person can check, with the source of each fact. */
  readonly because: readonly string[];
  readonly contradictions: readonly string[];
  readonly advice: readonly string[];
}

/** Order of detection: service pack, files, registration; the files decide where they are seen. Pure. */
export function diagnoseInstallation(evidence: Evidence): InstallationDiagnosis {
  const system = systemRule(evidence);
  const pack = servicePackRule(evidence);
  const hotfix = hotfixRule(evidence);
  const files = filesRule(evidence, pack, hotfix);
  const waiting = waitingCopiesRule(evidence, files);
  const exposure = exposureRule(evidence, majorOf(system.version));
  const { verdict, because } = verdictRule(system, files);
  const isOther = system.kind === 'other';
  const grounds = isOther ? [system] : [system, pack, hotfix, files, waiting];
  return {
    system: {
      kind: system.kind,
      version: system.version,
      build: system.build,
      servicePack: isOther ? null : pack.level,
      edition: system.edition,
    },
    cluster: clusterRule(evidence),
    files: isOther ? [] : files.files,
    ports: exposure.ports,
    verdict,
    exposure: exposure.exposure,
    because: [...grounds.flatMap((each) => each.because), ...because, ...exposure.because],
    contradictions: [...grounds, exposure].flatMap((each) => each.contradictions),
    advice: adviceFor(verdict, system, exposure, waiting),
  };
}

/** Which dynamic ports a Windows has goes by its major version; one that is not known counts as Windows 2000. */
function majorOf(version: string | null): number {
  return version === null ? 5 : Number.parseInt(version, 10);
}
