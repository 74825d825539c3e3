export * from './identity.ts';
export * from './inq-if-ids.ts';
export * from './inq-princ-name.ts';
export * from './inq-stats.ts';
export * from './is-server-listening.ts';
export * from './stop-server-listening.ts';
