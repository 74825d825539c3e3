export * from './identity.ts';
export * from './keys.ts';
export * from './values.ts';
