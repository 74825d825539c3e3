import { type DoctorFacts, doctorFacts } from './windows/doctor.ts';

/** The document `clusrpc/doctor/1`. */
export interface DoctorDocument extends DoctorFacts {
  readonly schema: 'clusrpc/doctor/1';
}

/** Which backends, peers and rights this machine has, and what to do about what is missing. Never rejects: a lack is a fact. */
export async function doctor(): Promise<DoctorDocument> {
  return { schema: 'clusrpc/doctor/1', ...(await doctorFacts()) };
}
