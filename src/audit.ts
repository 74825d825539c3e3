import { diagnoseInstallation } from './diagnosis/installation.ts';
import { type EvidenceSource, gatherEvidence } from './evidence/gather.ts';
import { type AuditReport, auditReport } from './report/audit.ts';

export type { EvidenceSource } from './evidence/gather.ts';
export type { AuditReport } from './report/audit.ts';

/**
 * Does KB814622 apply to an installation, is it fixed there, and are its ports limited so that it will hurt? All sources describe that
 * one installation. Throws what `gatherEvidence` throws; a source that tells little is no error but a gap in the report.
 */
export async function audit(sources: readonly EvidenceSource[], target?: string): Promise<AuditReport> {
  const evidence = await gatherEvidence(sources, target);
  return auditReport(evidence, diagnoseInstallation(evidence));
}
